import { type ArgReduceKind, type ReduceKind, type Shape, sizeOf } from '@sluice/core';
import { normalize, returnHalf, splitThread } from '../int32.ts';
import type { KernelSource } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import type { GpujsStorage, X } from '../storage.ts';
import { fill } from './move.ts';
import { cast } from './unary.ts';

/** A shape as [outer, size, inner] around one axis. */
interface Around {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

export function around(shape: Shape, axis: number): Around {
  return { outer: sizeOf(shape.slice(0, axis)), size: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) };
}

/** The loops of kernels have fixed bounds and are left early, so that few kernels serve all sizes. */
export function loopBound(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(count, 1)));
}

// What is done with each `v`; a NaN stays.
const floatSteps = {
  sum: 'total = total + v;',
  max: 'if (v > total || v != v) { total = v; }',
  min: 'if (v < total || v != v) { total = v; }',
} as const satisfies Record<ReduceKind, string>;

// With each `h` and `l`.
const intSteps = {
  sum: `high = high + h; low = low + l;\n${normalize}`,
  max: 'if (h > high || (h == high && l > low)) { high = h; low = l; }',
  min: 'if (h < high || (h == high && l < low)) { high = h; low = l; }',
} as const satisfies Record<ReduceKind, string>;

// Each thread reduces `chunk` elements of a row; position `begin` in a row, `at` in the array.
const placeChunk = (element: string) => `const row = quotient(${element}, inner);
const column = ${element} - row * inner;
const line = quotient(row, chunks);
const begin = (row - line * chunks) * chunk;
const at = (line * length + begin) * inner + column;`;

function floatSource(kind: ReduceKind, bound: number): KernelSource {
  return {
    blocks: ['x'],
    numbers: ['inner', 'length', 'chunks', 'chunk'],
    body: `${placeChunk('this.thread.x')}
let total = ${kind === 'sum' ? '0' : 'x[at]'};
for (let k = ${kind === 'sum' ? 0 : 1}; k < ${bound}; k++) {
  if (k >= chunk || begin + k >= length) { break; }
  const v = x[at + k * inner];
  ${kind === 'sum' ? '' : 'if (total != total) { break; }'}
  ${floatSteps[kind]}
}
return total;`,
  };
}

function intSource(kind: ReduceKind, bound: number): KernelSource {
  return {
    blocks: ['x'],
    numbers: ['count', 'xCount', 'inner', 'length', 'chunks', 'chunk'],
    body: `${splitThread}
${placeChunk('element')}
let high = ${kind === 'sum' ? '0' : 'x[at]'};
let low = ${kind === 'sum' ? '0' : 'x[at + xCount]'};
for (let k = ${kind === 'sum' ? 0 : 1}; k < ${bound}; k++) {
  if (k >= chunk || begin + k >= length) { break; }
  const h = x[at + k * inner];
  const l = x[at + k * inner + xCount];
  ${intSteps[kind]}
}
${returnHalf}`,
  };
}

/** Elements that a thread reduces. Where there are few threads, two launches with more of them end sooner. */
function chunkFor(length: number, threads: number): number {
  if (length <= (threads >= 1024 ? 4096 : 256)) return length;
  return 2 ** Math.ceil(Math.log2(length) / 2);
}

/** [outer, size, inner] -> [outer, chunks, inner]: the elements of each chunk of the axis. */
function reduceChunks(
  machine: Machine,
  kind: ReduceKind,
  x: X,
  { outer, size, inner }: Around,
  chunk: number,
): { readonly storage: GpujsStorage; readonly chunks: number } {
  const chunks = Math.ceil(size / chunk);
  const count = outer * chunks * inner;
  const bound = loopBound(chunk);
  const numbers = [inner, size, chunks, chunk];
  const storage =
    x.dtype === 'int32'
      ? machine.compute(
          'int32',
          count,
          `reduce ${kind} int32 ${bound}`,
          () => intSource(kind, bound),
          [x],
          [count, x.storage.size, ...numbers],
        )
      : machine.compute(x.dtype, count, `reduce ${kind} ${bound}`, () => floatSource(kind, bound), [x], numbers);
  return { storage, chunks };
}

/** [outer, size, inner] -> [outer, inner]. */
function reduceAxis(machine: Machine, kind: ReduceKind, x: X, { outer, size, inner }: Around): GpujsStorage {
  const { storage, chunks } = reduceChunks(machine, kind, x, { outer, size, inner }, chunkFor(size, outer * inner));
  if (chunks === 1) return storage;
  const partial: X = { storage, shape: [outer, chunks, inner], dtype: x.dtype };
  const result = reduceAxis(machine, kind, partial, { outer, size: chunks, inner });
  machine.free(storage);
  return result;
}

/** Neighbouring axes are reduced in one go, groups of them one after the other, the last first. */
export function reduce(machine: Machine, kind: ReduceKind, x: X, axes: readonly number[]): GpujsStorage {
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  if (axes.length === 0) return cast(machine, x, x.dtype);
  if (x.storage.size === 0) return fill(machine, sizeOf(kept), 0, x.dtype);
  const last = axes[axes.length - 1]!;
  let first = axes.length - 1;
  while (first > 0 && axes[first - 1] === axes[first]! - 1) first--;
  const from = axes[first];
  const group: Around = {
    outer: sizeOf(x.shape.slice(0, from)),
    size: sizeOf(x.shape.slice(from, last + 1)),
    inner: sizeOf(x.shape.slice(last + 1)),
  };
  const y = reduceAxis(machine, kind, x, group);
  if (first === 0) return y;
  const shape = [...x.shape.slice(0, from), ...x.shape.slice(last + 1)];
  const result = reduce(machine, kind, { storage: y, shape, dtype: x.dtype }, axes.slice(0, first));
  machine.free(y);
  return result;
}

/** Where the extreme lies in a row, or with `inChunk` in that chunk of the row which `which` tells. */
function argReduceSource(kind: ArgReduceKind, isInt: boolean, bound: number, inChunk: boolean): KernelSource {
  const operator = kind === 'argMax' ? '>' : '<';
  const code = isInt
    ? `if (v ${operator} best || (v == best && x[at + k * inner + xCount] ${operator} bestLow)) { best = v; bestLow = x[at + k * inner + xCount]; place = k; }`
    : `if (best == best && (v ${operator} best || v != v)) { best = v; place = k; }`;
  return {
    blocks: inChunk ? ['x', 'which'] : ['x'],
    numbers: ['count', 'xCount', 'inner', 'length', 'chunk'],
    body: `${splitThread}
const line = quotient(element, inner);
const begin = ${inChunk ? '(which[element] * 65536 + which[element + count]) * chunk' : '0'};
const at = (line * length + begin) * inner + element - line * inner;
let best = x[at];
let bestLow = ${isInt ? 'x[at + xCount]' : '0'};
let place = 0;
for (let k = 1; k < ${bound}; k++) {
  if (k >= chunk || begin + k >= length) { break; }
  const v = x[at + k * inner];
  ${code}
}
const found = begin + place;
const high = Math.floor(found * 0.0000152587890625);
const low = found - high * 65536;
${returnHalf}`,
  };
}

/** Software GL leaves loops after 65,535 steps, whatever is left to do. */
const longestLoop = 2 ** 15;

export function argReduce(machine: Machine, kind: ArgReduceKind, x: X, axis: number): GpujsStorage {
  const { outer, size, inner } = around(x.shape, axis);
  const count = outer * inner;
  const isLong = size > longestLoop;
  const chunk = isLong ? chunkFor(size, 1) : size;
  const bound = loopBound(chunk);
  const isInt = x.dtype === 'int32';
  const name = `${kind} ${isInt ? 'int32' : ''} ${bound} ${isLong}`;
  const numbers = [count, x.storage.size, inner, size, chunk];
  const source = () => argReduceSource(kind, isInt, bound, isLong);
  const find = (operands: readonly X[]) =>
    machine.compute('int32', count, name, source, operands, numbers, { low: 0, high: Math.max(size - 1, 0) });
  if (!isLong) return find([x]);
  // The first chunk with the extreme, and then its place in there.
  const { storage, chunks } = reduceChunks(
    machine,
    kind === 'argMax' ? 'max' : 'min',
    x,
    { outer, size, inner },
    chunk,
  );
  const which = argReduce(machine, kind, { storage, shape: [outer, chunks, inner], dtype: x.dtype }, 1);
  machine.free(storage);
  const result = find([x, { storage: which, shape: [outer, inner], dtype: 'int32' }]);
  machine.free(which);
  return result;
}

// Each thread adds up the elements before its own: any number of them in one launch, and each sum apart from NaN that comes later.
function cumulativeSource(isInt: boolean, bound: number): KernelSource {
  const element = isInt ? 'element' : 'this.thread.x';
  const place = `const row = quotient(${element}, inner);
const line = quotient(row, length);
const position = row - line * length;
const steps = reverse == 1 ? length - 1 - position : position;
const step = reverse == 1 ? 0 - inner : inner;
const at = ${element} - steps * step;`;
  const loop = (code: string) => `for (let k = 0; k < ${bound}; k++) {\n  if (k > steps) { break; }\n  ${code}\n}`;
  if (isInt) {
    const code = `const h = x[at + k * step];\n  const l = x[at + k * step + count];\n  ${intSteps.sum}`;
    return {
      blocks: ['x'],
      numbers: ['count', 'inner', 'length', 'reverse'],
      body: `${splitThread}\n${place}\nlet high = 0;\nlet low = 0;\n${loop(code)}\n${returnHalf}`,
    };
  }
  return {
    blocks: ['x'],
    numbers: ['inner', 'length', 'reverse'],
    body: `${place}\nlet total = 0;\n${loop('total = total + x[at + k * step];')}\nreturn total;`,
  };
}

export function cumulativeSum(machine: Machine, x: X, axis: number, reverse: boolean): GpujsStorage {
  const { size, inner } = around(x.shape, axis);
  const isInt = x.dtype === 'int32';
  const bound = loopBound(size);
  const name = `cumulativeSum ${isInt ? 'int32' : ''} ${bound}`;
  const numbers = [...(isInt ? [x.storage.size] : []), inner, size, Number(reverse)];
  return machine.compute(x.dtype, x.storage.size, name, () => cumulativeSource(isInt, bound), [x], numbers);
}
