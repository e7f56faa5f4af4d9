import { FormatError, OptionError, UnsupportedError } from '@sluice/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sourceHash as hashSources } from '../assembly/build.mjs';
import { createWasmBackend } from './backend-wasm.ts';
import { sourceHash } from './generated/kernels.ts';
import { bestSimd, inlined } from './load.ts';
import { put, take } from './testing/operands.ts';
import { webAssembly } from './web-assembly.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const plain = await inlined('simd');
const bytes = () => plain.slice();

describe('createWasmBackend', () => {
  it('says what it is', async () => {
    const backend = await createWasmBackend({ simd: 'simd' });
    expect(backend.name).toBe('wasm');
    expect(backend.info).toMatchObject({ simd: 'simd', threads: 1, maximumMemory: 2 ** 32 });
    const before = backend.info.memoryBytes;
    const big = backend.fill(2 ** 22, 1, 'float64');
    expect(backend.info.memoryBytes).toBeGreaterThan(2 ** 25);
    expect(backend.info.memoryBytes).toBeGreaterThan(Number(before));
    backend.free(big);
  });

  it('takes relaxed SIMD where the engine has it', async () => {
    const has = bestSimd() === 'relaxed-simd';
    expect((await createWasmBackend()).info.simd).toBe(has ? 'relaxed-simd' : 'simd');
    if (!has) {
      await expect(createWasmBackend({ simd: 'relaxed-simd' })).rejects.toThrow(
        'createWasmBackend: this engine has no relaxed SIMD, which the option simd asks for',
      );
    }
  });

  it('takes bytes, a compiled module, a Response or a URL', async () => {
    const url = new URL(`data:application/octet-stream;base64,${Buffer.from(plain).toString('base64')}`);
    const module = await webAssembly()?.compile(bytes());
    for (const source of [bytes(), bytes().buffer, module as object, new Response(bytes()), url]) {
      const backend = await createWasmBackend({ simd: 'simd', source: () => source });
      expect(await take(backend, backend.unary('negate', put(backend, Float32Array.of(1, 2))))).toEqual(
        Float32Array.of(-1, -2),
      );
    }
  });

  it('refuses what is not a module of this package', async () => {
    const from = (source: object) => createWasmBackend({ simd: 'simd', source: () => source });
    await expect(from(new TextEncoder().encode('<!DOCTYPE html>'))).rejects.toThrow(FormatError);
    await expect(from(new TextEncoder().encode('<!DOCTYPE html>'))).rejects.toThrow(
      'createWasmBackend: source begins with "<!DO", expected a WebAssembly module',
    );
    await expect(from(new Uint8Array(0))).rejects.toThrow('source begins with "", expected');
    await expect(from(new Response('', { status: 404 }))).rejects.toThrow('answered 404, expected');
    await expect(from(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))).rejects.toThrow(
      'the source is not the WebAssembly module of this package',
    );
    await expect(from(bytes().slice(0, 1000))).rejects.toThrow(UnsupportedError);
    await expect(from({})).rejects.toThrow('source is [object Object], expected a URL, a Response');
    await expect(from(new URL('nowhere:x'))).rejects.toThrow('source nowhere:x could not be fetched');
  });

  it('names what the engine lacks', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    await expect(createWasmBackend()).rejects.toThrow(UnsupportedError);
    await expect(createWasmBackend()).rejects.toThrow('createWasmBackend: this engine has no WebAssembly');
    vi.stubGlobal('WebAssembly', { validate: () => false });
    await expect(createWasmBackend()).rejects.toThrow('createWasmBackend: this engine has no WebAssembly SIMD');
  });

  it('says that a policy forbids compilation', async () => {
    const compile = () => Promise.reject(new Error('blocked by CSP'));
    const { Memory, Module, validate } = webAssembly() as NonNullable<ReturnType<typeof webAssembly>>;
    vi.stubGlobal('WebAssembly', { Memory, Module, validate, compile });
    await expect(createWasmBackend()).rejects.toThrow("must allow 'wasm-unsafe-eval'");
  });

  it('says that the engine gives no memory', async () => {
    const refused = class {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    };
    vi.stubGlobal('WebAssembly', Object.assign(Object.create(webAssembly() as object), { Memory: refused }));
    const creation = createWasmBackend({ maximumMemory: 2 ** 30 });
    await expect(creation).rejects.toThrow(UnsupportedError);
    await expect(creation).rejects.toThrow('the engine refused a memory that may grow to 1073741824 bytes');
  });

  it('checks its options', async () => {
    await expect(createWasmBackend({ maximumMemory: 1000 })).rejects.toThrow(OptionError);
    await expect(createWasmBackend({ maximumMemory: Number.NaN })).rejects.toThrow('maximumMemory is NaN, expected');
    await expect(createWasmBackend({ simd: 'fast' as 'simd' })).rejects.toThrow('simd is fast, expected auto, simd or');
  });

  it('keeps to the memory that it was given, and goes on after an error', async () => {
    const backend = await createWasmBackend({ maximumMemory: 2 ** 22 });
    expect(() => backend.fill(2 ** 20, 0, 'float32')).toThrow('may grow to 4194304');
    const x = backend.fill(2 ** 18, 2, 'float32');
    expect(Number(backend.info.memoryBytes)).toBeLessThanOrEqual(2 ** 22);
    expect((await take(backend, x))[9]).toBe(2);
  });

  it('reports use after free and after dispose', async () => {
    const backend = await createWasmBackend();
    const x = put(backend, Float32Array.of(1));
    backend.free(x.storage);
    backend.free(x.storage);
    expect(() => backend.unary('exp', x)).toThrow('wasm backend: a storage was used after it had been freed');
    const y = put(backend, Float32Array.of(1));
    backend.dispose?.();
    expect(() => backend.unary('exp', y)).toThrow('wasm backend: used after dispose()');
  });
});

it('the generated binaries are those of the sources in assembly/', () => {
  expect(hashSources(), 'run `pnpm generate` in packages/adapters/backend-wasm').toBe(sourceHash);
});
