import { type Backend, type BackendInfo, OptionError, readOptions } from '@sluice/core';
import type { GpujsMode } from './gpu-js.ts';
import { decode, encode } from './int32.ts';
import { binary, compare, select } from './kernels/binary.ts';
import { gather, IndexChecks, scatterAdd } from './kernels/gather.ts';
import { matMul } from './kernels/mat-mul.ts';
import { concat, fill, pad, slice, transpose } from './kernels/move.ts';
import { argReduce, cumulativeSum, reduce } from './kernels/reduce.ts';
import { cast, unary } from './kernels/unary.ts';
import { Launcher } from './launcher.ts';
import { Machine } from './machine.ts';
import { type Opened, open } from './open.ts';
import { optimizerKernels } from './optimizer.ts';
import { recurrentKernels } from './recurrent/recurrent.ts';
import { type Bounds, type GpujsStorage, planesOf, storageOf } from './storage.ts';

export interface GpujsBackendOptions {
  /**
   * What runs the kernels. Default `auto`: `headlessgl` in Node, in a browser `webgl2` or, without it, `webgl`. `cpu` runs the same kernels in plain
   * JavaScript, for tests.
   */
  readonly mode?: GpujsMode | 'auto' | undefined;
  /** Whether mode `cpu` may run where no GPU does. Default false: that is an error. `backend.info.fallbackReason` tells why it was needed. */
  readonly allowFallback?: boolean | undefined;
}

const modes = ['auto', 'headlessgl', 'webgl2', 'webgl', 'cpu'] as const;

/**
 * A backend on the GPU through gpu.js: float32, int32 and bool, in browsers and, with the package `gl` and an X display, in Node. Arrays stay on the GPU
 * until they are downloaded. `window.GPU` is left as it is.
 *
 * `backend.info` tells the `mode` that runs, the `renderer`, the `precision` and `maxTextureSize` of the GPU, `maxElements` of a float32 array (an int32 has
 * half of them), the `fallbackReason` where there is one, the kernel `launches` so far, and the compiled `kernels` and the `textures` that are held.
 *
 * @example
 * const device = new Device(await createGpujsBackend({ mode: 'cpu' }));
 * @throws UnsupportedError when no GPU runs and a fallback is not allowed, or gpu.js is not installed; OptionError for a mode that is none.
 */
export async function createGpujsBackend(options?: GpujsBackendOptions): Promise<Backend<GpujsStorage>> {
  const defaults = { mode: 'auto', allowFallback: false } as const;
  const { mode, allowFallback } = readOptions('createGpujsBackend', options, defaults);
  if (!modes.includes(mode)) {
    throw new OptionError({
      operation: 'createGpujsBackend',
      argument: 'mode',
      got: `is ${String(mode)}`,
      expected: modes.join(', '),
    });
  }
  return backendOn(await open(mode === 'auto' ? automatic() : [mode], allowFallback));
}

function automatic(): readonly GpujsMode[] {
  return 'document' in globalThis || 'OffscreenCanvas' in globalThis ? ['webgl2', 'webgl'] : ['headlessgl'];
}

/** @internal */
export function backendOn(opened: Opened): Backend<GpujsStorage> {
  const machine = new Machine(new Launcher(opened));
  const checks = new IndexChecks();
  const { launcher } = machine;

  return {
    name: 'gpujs',
    // As things are when it is read.
    get info(): BackendInfo {
      const { mode, renderer, maxTextureSize, mostTexels, fallbackReason } = opened;
      return {
        mode,
        renderer,
        precision: 'float32',
        maxTextureSize,
        maxElements: mostTexels,
        fallbackReason,
        launches: launcher.launches,
        kernels: launcher.kernels,
        textures: launcher.textures,
      };
    },
    supports: (dtype) => dtype !== 'float64',

    upload(data, dtype) {
      const size = data.length;
      if (size === 0) return machine.adopt(dtype, 0, undefined);
      const block = launcher.upload(size * planesOf(dtype), (texels) => encode(data, dtype, texels));
      return machine.adopt(dtype, size, block, dtype === 'int32' ? boundsOf(data as Int32Array) : undefined);
    },
    async download(x) {
      const { block, size } = storageOf(x);
      // Begun before anything is awaited, so that the storage may be freed meanwhile.
      const reading = block && launcher.download(block);
      const [texels = new Float32Array()] = await Promise.all([reading, checks.settle(machine)]);
      return decode(texels, x.dtype, size);
    },
    free: (storage) => machine.free(storage),

    fill: (size, value, dtype) => fill(machine, size, value, dtype),
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

    gather: (x, indices, axis) => gather(machine, checks, x, indices, axis),
    scatterAdd: (updates, indices, axis, size) => scatterAdd(machine, checks, updates, indices, axis, size),

    recurrent: recurrentKernels(machine),
    optimizer: optimizerKernels(machine),

    dispose() {
      // Nothing waits for it: gpu.js lets go of the context in a later task.
      void opened.gpu.destroy();
    },
  };
}

function boundsOf(data: Int32Array): Bounds {
  let [low, high] = [data[0]!, data[0]!];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high, isExact: true };
}
