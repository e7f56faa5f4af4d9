import { type Backend, OptionError, readOptions } from '@sluice/core';
import { binary, compare, select } from './elementwise.ts';
import { gather, scatterAdd } from './gather.ts';
import type { SimdLevel, WasmSource } from './load.ts';
import { matMul } from './mat-mul.ts';
import { concat, pad, slice, transpose } from './move.ts';
import { optimizerKernels } from './optimizer.ts';
import { randomKernels } from './random.ts';
import { recurrentKernels } from './recurrent.ts';
import { argReduce, cumulativeSum, reduce } from './reduce.ts';
import { startMachine } from './start.ts';
import { addressOf, type WasmStorage } from './storage.ts';
import { mostThreads } from './threads/control.ts';
import type { PoolOptions } from './threads/pool.ts';
import { cast, unary } from './unary.ts';
import { pageBytes } from './web-assembly.ts';

export interface WasmBackendOptions {
  /**
   * Which build to run. Default `auto`: relaxed SIMD where the engine has it, else plain. Products with relaxed SIMD are faster, and may
   * differ in the last place from machine to machine; with `simd` every result is the same everywhere.
   */
  readonly simd?: SimdLevel | 'auto' | undefined;
  /** Most bytes that the memory may grow to, at least 2 MiB. Default 4 GiB, which is also the most. */
  readonly maximumMemory?: number | undefined;
  /**
   * Where to get the binary of the build that was chosen, for those who serve it as a file of its own: `simd.wasm` and `relaxed-simd.wasm` are
   * entries of the package. Default: inlined in the code.
   */
  readonly source?: ((simd: SimdLevel) => WasmSource | Promise<WasmSource>) | undefined;
  /**
   * Threads that share the work of large kernels, the calling one included: 1 to 64, or `auto` for as many as the machine runs at the same time, or 1 where
   * there can be no workers; `backend.info` then says why. Results are the same to the bit for any number. A page must be cross-origin isolated, and a
   * Content-Security-Policy allow workers from `blob:`. Default 1.
   */
  readonly threads?: number | 'auto' | undefined;
  /**
   * Multiplications and additions from which on a kernel is shared among threads, at least 0: waking one takes a few microseconds. Default 1,000,000.
   */
  readonly threadThreshold?: number | undefined;
}

const largestMemory = 65_536 * pageBytes;
const smallestMemory = 32 * pageBytes;

/**
 * A backend on WebAssembly SIMD for float32, float64, int32 and bool. Arrays live in one memory that grows as needed;
 * freed ones are reused. All but products and sums of products is the same to the bit on every machine.
 * @example
 * const device = new Device(await createWasmBackend());
 * @throws UnsupportedError where there is no WebAssembly, no SIMD, no memory as large as `maximumMemory`, or compilation is forbidden; FormatError when `source` gives something
 * else than a binary of this package; OptionError. UnsupportedError also where more than one thread is asked for and there can be no workers.
 * @throws BackendError of any later call when a worker has died with a part of it; the backend is then disposed of
 */
export function createWasmBackend(options?: WasmBackendOptions): Promise<Backend<WasmStorage>> {
  return startWasmBackend(options);
}

/** The same, with what only tests choose. */
export async function startWasmBackend(
  options?: WasmBackendOptions,
  pool: PoolOptions = {},
): Promise<Backend<WasmStorage>> {
  const { simd, maximumMemory, source, threads, threadThreshold } = readOptions('createWasmBackend', options, {
    simd: 'auto',
    maximumMemory: largestMemory,
    source: undefined,
    threads: 1,
    threadThreshold: 1e6,
  });
  checkOptions(simd, maximumMemory, threads, threadThreshold);
  const { machine, obstacle } = await startMachine({ simd, source, maximumMemory, threads, threadThreshold }, pool);

  return {
    name: 'wasm',
    get info() {
      const { simd, threads, memoryBytes } = machine;
      return { simd, threads, memoryBytes, maximumMemory, ...(obstacle !== undefined && { singleThreaded: obstacle }) };
    },
    supports: () => true,

    upload(data, dtype) {
      const y = machine.make(dtype, data.length);
      machine.write(y, data);
      return y;
    },
    download: async (x) => machine.elements(x.dtype, addressOf(x.storage), x.storage.size).slice(),
    free: (storage) => machine.free(storage),

    fill(size, value, dtype) {
      const y = machine.make(dtype, size);
      machine.fill(y, dtype === 'bool' ? Number(value !== 0) : value);
      return y;
    },
    cast: (x, dtype) => cast(machine, x, dtype),
    unary: (kind, x) => unary(machine, kind, x),
    binary: (kind, a, b, shape) => binary(machine, kind, a, b, shape),
    compare: (kind, a, b, shape) => compare(machine, kind, a, b, shape),
    select: (condition, a, b, shape) => select(machine, condition, a, b, shape),

    reduce: (kind, x, axes) => reduce(machine, kind, x, axes),
    argReduce: (kind, x, axis) => argReduce(machine, kind, x, axis),
    cumulativeSum: (x, axis, reverse) => cumulativeSum(machine, x, axis, reverse),
    matMul: (a, b, matMulOptions) => matMul(machine, a, b, matMulOptions),

    slice: (x, starts, sizes, steps) => slice(machine, x, starts, sizes, steps),
    pad: (x, shape, starts, steps, value) => pad(machine, x, shape, starts, steps, value),
    concat: (xs, axis) => concat(machine, xs, axis),
    transpose: (x, permutation) => transpose(machine, x, permutation),

    gather: (x, indices, axis) => gather(machine, x, indices, axis),
    scatterAdd: (updates, indices, axis, size) => scatterAdd(machine, updates, indices, axis, size),

    recurrent: recurrentKernels(machine),
    optimizer: optimizerKernels(machine),
    random: randomKernels(machine),

    dispose: () => machine.close(),
  };
}

function checkOptions(simd: string, maximumMemory: number, threads: number | 'auto', threadThreshold: number): void {
  const operation = 'createWasmBackend';
  if (!['auto', 'simd', 'relaxed-simd'].includes(simd)) {
    const expected = 'auto, simd or relaxed-simd';
    throw new OptionError({ operation, argument: 'simd', got: `is ${simd}`, expected });
  }
  if (!(typeof maximumMemory === 'number' && maximumMemory >= smallestMemory && maximumMemory <= largestMemory)) {
    const expected = `${smallestMemory} to ${largestMemory} bytes`;
    throw new OptionError({ operation, argument: 'maximumMemory', got: `is ${maximumMemory}`, expected });
  }
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) {
    const expected = `auto, or a whole number from 1 to ${mostThreads}`;
    throw new OptionError({ operation, argument: 'threads', got: `is ${threads}`, expected });
  }
  if (!(typeof threadThreshold === 'number' && threadThreshold >= 0)) {
    const expected = 'a number of at least 0';
    throw new OptionError({ operation, argument: 'threadThreshold', got: `is ${threadThreshold}`, expected });
  }
}
