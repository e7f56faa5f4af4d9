import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { testBackend } from '@sluice/backend-conformance/vitest';
import { BackendError, DisposedError, OptionError, Random, UnsupportedError } from '@sluice/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWasmBackend, startWasmBackend } from '../backend-wasm.ts';
import { inlined } from '../load.ts';
import { put, take } from '../testing/operands.ts';
import { optionalKernels } from '../testing/optional-kernels.ts';
import { webAssembly } from '../web-assembly.ts';
import { workerSource } from './control.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Splits every kernel that can be split, however small. */
const start = (threads: number) => createWasmBackend({ simd: 'simd', threads, threadThreshold: 0 });

const plain = { transposeA: false, transposeB: false };

describe('2 threads', () => {
  testBackend(() => start(2), { optional: optionalKernels });
});

const alone = await start(1);
const several = await Promise.all([2, 3, 5].map(start));

function numbers(size: number, seed: number): Float32Array {
  return Float32Array.from(new Random(seed).normal(size));
}

describe('any number of threads', () => {
  it('gives the same products, to the bit', async () => {
    const size = fc.integer({ min: 1, max: 70 });
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.boolean(), fc.boolean(), async (M, N, K, transposeA, transposeB) => {
        const results = await Promise.all(
          [alone, ...several].map((backend) => {
            const a = put(backend, numbers(M * K, 1), transposeA ? [K, M] : [M, K]);
            const b = put(backend, numbers(K * N, 2), transposeB ? [N, K] : [K, N]);
            return take(backend, backend.matMul(a, b, { transposeA, transposeB }));
          }),
        );
        for (const result of results) expect(result).toEqual(results[0]);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same large products, to the bit', async () => {
    const results = await Promise.all(
      [alone, ...several].map((backend) => {
        const a = put(backend, numbers(600 * 150, 1), [600, 150]);
        return take(backend, backend.matMul(a, a, { transposeA: true, transposeB: false }));
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('says how many it has, and lets go of them', async () => {
    expect(several.map(({ info }) => info.threads)).toEqual([2, 3, 5]);
    const backend = await start(2);
    const a = put(backend, numbers(4, 1), [2, 2]);
    backend.dispose?.();
    expect(() => backend.matMul(a, a, plain)).toThrow(DisposedError);
  });
});

describe('a worker', () => {
  const product = async (backend: Awaited<ReturnType<typeof start>>) => {
    const a = put(backend, numbers(64 * 64, 1), [64, 64]);
    return take(backend, backend.matMul(a, a, plain));
  };

  it('that has died leaves its parts to the others', async () => {
    const dies = workerSource.replace("port.postMessage('ready');", "port.postMessage('ready'); process.exit();");
    const backend = await startWasmBackend({ simd: 'simd', threads: 3, threadThreshold: 0 }, { source: dies });
    const expected = await product(alone);
    expect(await product(backend)).toEqual(expected);
    await vi.waitFor(() => expect(backend.info.threads).toBe(1), { timeout: 20_000 });
    expect(await product(backend)).toEqual(expected);
  });

  it('that dies with a part ends the call, and the backend', async () => {
    const hangs = workerSource.replace('kernel(...given, part, parts);', 'for (;;);');
    const backend = await startWasmBackend(
      { simd: 'simd', threads: 2, threadThreshold: 0 },
      { source: hangs, patience: 200 },
    );
    const a = put(backend, numbers(1024 * 1024, 1), [1024, 1024]);
    expect(() => {
      for (;;) backend.free(backend.matMul(a, a, plain));
    }).toThrow(BackendError);
    expect(() => backend.matMul(a, a, plain)).toThrow('wasm backend: used after dispose()');
  });

  it('that fails in a kernel fails the call', async () => {
    const throws = workerSource.replace('kernel(...given, part, parts);', 'throw new Error();');
    const backend = await startWasmBackend({ simd: 'simd', threads: 2, threadThreshold: 0 }, { source: throws });
    const a = put(backend, numbers(1024 * 1024, 1), [1024, 1024]);
    expect(() => {
      for (;;) backend.free(backend.matMul(a, a, plain));
    }).toThrow('wasm backend: matMulF32 failed in a worker');
  });

  it('sleeps while there is nothing to do', async () => {
    const controls: SharedArrayBuffer[] = [];
    const real = SharedArrayBuffer;
    vi.stubGlobal(
      'SharedArrayBuffer',
      class extends real {
        constructor(bytes: number) {
          super(bytes);
          controls.push(this);
        }
      },
    );
    const backend = await start(2);
    await product(backend);
    // Whom a notification wakes was asleep; it finds nothing to do.
    await vi.waitFor(() => expect(controls.map((each) => Atomics.notify(new Int32Array(each), 0))).toContain(1));
    backend.dispose?.();
  });

  it('does not keep a process alive', () => {
    const entry = fileURLToPath(new URL('../index.ts', import.meta.url));
    const code = `import { createWasmBackend } from ${JSON.stringify(entry)};
      const backend = await createWasmBackend({ threads: 2 });
      process.stdout.write(String(backend.info.threads));`;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--conditions=@sluice/source', '--import', 'tsx', '--input-type=module', '--eval', code],
      { encoding: 'utf8', timeout: 25_000 },
    );
    expect({ stdout, stderr, status }).toEqual({ stdout: '2', stderr: '', status: 0 });
  });
});

describe('where there can be no threads', () => {
  it('auto goes on with one and says why', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const obstacle = 'no SharedArrayBuffer: the page is not cross-origin isolated';
    const { info } = await createWasmBackend({ threads: 'auto' });
    expect(info).toMatchObject({ threads: 1, singleThreaded: obstacle });
    await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(
      `createWasmBackend: threads is 2, but there can be only one: ${obstacle}`,
    );
  });

  it('tells of workers that do not start', async () => {
    const refused = class {
      constructor() {
        throw new Error('refused by policy');
      }
    };
    vi.stubGlobal('Worker', refused);
    const text = 'createWasmBackend: a worker did not start: refused by policy';
    await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(text);
    await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(UnsupportedError);
    expect((await createWasmBackend({ threads: 'auto' })).info).toMatchObject({ threads: 1, singleThreaded: text });
    vi.unstubAllGlobals();
    const broken = startWasmBackend({ threads: 2 }, { source: 'throw new Error("broken")' });
    await expect(broken).rejects.toThrow('createWasmBackend: a worker did not start: Error: broken');
  });

  it('tells of a memory that cannot be shared', async () => {
    const { Memory } = webAssembly() as NonNullable<ReturnType<typeof webAssembly>>;
    class Unshared extends Memory {
      constructor(limits: ConstructorParameters<typeof Memory>[0]) {
        if (limits.shared) throw new RangeError('could not allocate memory');
        super(limits);
      }
    }
    vi.stubGlobal('WebAssembly', Object.assign(Object.create(webAssembly() as object), { Memory: Unshared }));
    const text =
      'createWasmBackend: the engine refused a shared memory that may grow to 4294967296 bytes; a smaller maximumMemory may do';
    await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(text);
    expect((await createWasmBackend({ threads: 'auto' })).info).toMatchObject({ threads: 1, singleThreaded: text });
  });

  it('a compiled module does not do', async () => {
    const module = (await webAssembly()?.compile(await inlined('simd'))) as object;
    const text = 'createWasmBackend: source is a compiled module, expected its bytes or where to fetch them';
    const create = (threads: number | 'auto') => createWasmBackend({ simd: 'simd', threads, source: () => module });
    await expect(create(2)).rejects.toThrow(text);
    expect((await create('auto')).info).toMatchObject({ threads: 1, singleThreaded: expect.stringContaining(text) });
  });

  it('refuses other numbers', async () => {
    for (const threads of [0, 1.5, 65, Number.NaN]) {
      await expect(createWasmBackend({ threads })).rejects.toThrow(OptionError);
      await expect(createWasmBackend({ threads })).rejects.toThrow(
        `createWasmBackend: threads is ${threads}, expected auto, or a whole number from 1 to 64`,
      );
    }
    await expect(createWasmBackend({ threadThreshold: -1 })).rejects.toThrow(
      'createWasmBackend: threadThreshold is -1, expected a number of at least 0',
    );
  });
});
