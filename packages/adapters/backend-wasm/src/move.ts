import { bytesPerElement, forEachIndex, mergeAxes, type Operand, type Shape, sizeOf, stridesOf } from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, type WasmStorage, widths } from './storage.ts';

type X = Operand<WasmStorage>;

/** Where an array is read or written: an offset and the elements to step along each axis. */
interface Place {
  readonly storage: WasmStorage;
  readonly start: number;
  readonly strides: readonly number[];
}

/** The elements `starts + i * steps`. */
export function slice(
  machine: Machine,
  x: X,
  starts: readonly number[],
  sizes: Shape,
  steps: readonly number[],
): WasmStorage {
  const y = machine.make(x.dtype, sizeOf(sizes));
  copyStrided(machine, sizes, placeOf(x.storage, x.shape, starts, steps), wholeOf(y, sizes));
  return y;
}

/** `x` at `starts + i * steps` of an array full of `value`. */
export function pad(
  machine: Machine,
  x: X,
  shape: Shape,
  starts: readonly number[],
  steps: readonly number[],
  value: number,
): WasmStorage {
  const y = machine.make(x.dtype, sizeOf(shape));
  machine.fill(y, value);
  copyStrided(machine, x.shape, wholeOf(x.storage, x.shape), placeOf(y, shape, starts, steps));
  return y;
}

/** The arrays one behind the other along `axis`. */
export function concat(machine: Machine, xs: readonly X[], axis: number): WasmStorage {
  const first = xs[0]!;
  const size = xs.reduce((sum, x) => sum + x.shape[axis]!, 0);
  const shape = first.shape.map((length, i) => (i === axis ? size : length));
  const y = machine.make(first.dtype, sizeOf(shape));
  if (y.size === 0) return y;
  const { kernels } = machine;
  const inner = sizeOf(shape.slice(axis + 1)) * bytesPerElement(first.dtype);
  const outer = sizeOf(shape.slice(0, axis));
  let to = addressOf(y);
  for (const x of xs) {
    const bytes = x.shape[axis]! * inner;
    kernels.copyRuns(to, addressOf(x.storage), bytes, outer, size * inner, bytes);
    to += bytes;
  }
  return y;
}

/** Output axis i is input axis `permutation[i]`. */
export function transpose(machine: Machine, x: X, permutation: readonly number[]): WasmStorage {
  const shape = permutation.map((axis) => x.shape[axis]!);
  const strides = stridesOf(x.shape);
  const y = machine.make(x.dtype, x.storage.size);
  const from = { storage: x.storage, start: 0, strides: permutation.map((axis) => strides[axis]!) };
  copyStrided(machine, shape, from, wholeOf(y, shape));
  return y;
}

function copyStrided(machine: Machine, sizes: Shape, from: Place, to: Place): void {
  if (sizes.includes(0)) return;
  const { kernels } = machine;
  const bytes = bytesPerElement(to.storage.dtype);
  const width = widths[to.storage.dtype];
  const nest = mergeAxes(sizes, [from.strides, to.strides]);
  const depth = nest.sizes.length - 1;
  const n = nest.sizes[depth]!;
  const rows = depth > 0 ? nest.sizes[depth - 1] : 1;
  const [xStep, yStep] = nest.strides.map((own) => own[depth]! * bytes);
  const [xRow, yRow] = nest.strides.map((own) => (depth > 0 ? own[depth - 1]! * bytes : 0));
  const source = addressOf(from.storage) + from.start * bytes;
  const target = addressOf(to.storage) + to.start * bytes;
  const each = (loops: number, call: (y: number, x: number) => unknown) =>
    forEachIndex(nest, Math.max(0, loops), [0, 0], (p, q) => call(target + q * bytes, source + p * bytes));
  if (xStep === bytes && yStep === bytes) {
    each(depth - 1, (y, x) => kernels.copyRuns(y, x, n * bytes, rows!, yRow!, xRow!));
  } else if (xRow === bytes && yStep === bytes) {
    each(depth - 1, (y, x) => kernels[`copyTurned${width}`](y, x, rows!, n, yRow!, xStep!));
  } else {
    each(depth, (y, x) => kernels[`copySteps${width}`](y, x, n, yStep!, xStep!));
  }
}

function placeOf(storage: WasmStorage, shape: Shape, starts: readonly number[], steps: readonly number[]): Place {
  const strides = stridesOf(shape);
  const start = strides.reduce((sum, stride, axis) => sum + starts[axis]! * stride, 0);
  return { storage, start, strides: strides.map((stride, axis) => stride * steps[axis]!) };
}

function wholeOf(storage: WasmStorage, shape: Shape): Place {
  return { storage, start: 0, strides: stridesOf(shape) };
}
