import {
  type BinaryKind,
  broadcastStrides,
  bytesPerElement,
  type CompareKind,
  forEachIndex,
  mergeAxes,
  type Operand,
  type Shape,
  sizeOf,
} from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, suffixes, type WasmStorage, widths } from './storage.ts';
import { withIntegers } from './unary.ts';

type X = Operand<WasmStorage>;

/** `a` and `b`, both broadcast to `shape`, combined. */
export function binary(machine: Machine, kind: BinaryKind, a: X, b: X, shape: Shape): WasmStorage {
  const { kernels } = machine;
  let kernel: (y: number, a: number, b: number) => number;
  if (a.dtype === 'float32') kernel = kernels[`${kind}F32`];
  else if (a.dtype === 'float64') kernel = kernels[`${kind}F64`];
  // `power` is for floats.
  else kernel = kernels[`${kind as Exclude<BinaryKind, 'power'>}I32`];
  const y = machine.make(a.dtype, sizeOf(shape));
  if (!callFlat(machine, y, a, b, kernel)) walk(machine, y, shape, [a, b], ([o, p, q]) => kernel(o!, p!, q!));
  return y;
}

/** Adds `b`, broadcast to the shape of `y`, to the float32 array `y` in place. */
export function addTo(machine: Machine, y: X, b: X): void {
  const { addF32 } = machine.kernels;
  if (!callFlat(machine, y.storage, y, b, addF32)) {
    walk(machine, y.storage, y.shape, [y, b], ([o, p, q]) => addF32(o!, p!, q!));
  }
}

// The others are these with the operands exchanged.
const comparisons = {
  equal: ['equal', false],
  notEqual: ['notEqual', false],
  less: ['less', false],
  lessEqual: ['lessEqual', false],
  greater: ['less', true],
  greaterEqual: ['lessEqual', true],
} as const satisfies Record<CompareKind, readonly [CompareKind, boolean]>;

/** `a` and `b`, both broadcast to `shape`, compared. */
export function compare(machine: Machine, kind: CompareKind, a: X, b: X, shape: Shape): WasmStorage {
  if (a.dtype === 'bool') return withIntegers(machine, [a, b], ([p, q]) => compare(machine, kind, p!, q!, shape));
  const [name, exchanged] = comparisons[kind];
  const kernel = machine.kernels[`${name}${suffixes[a.dtype]}`];
  const y = machine.make('bool', sizeOf(shape));
  const [left, right] = exchanged ? [b, a] : [a, b];
  if (!callFlat(machine, y, left, right, kernel)) {
    walk(machine, y, shape, [left, right], ([o, p, q]) => kernel(o!, p!, q!));
  }
  return y;
}

/** `condition ? a : b`, all broadcast to `shape`. */
export function select(machine: Machine, condition: X, a: X, b: X, shape: Shape): WasmStorage {
  const kernel = machine.kernels[`select${widths[a.dtype]}`];
  const y = machine.make(a.dtype, sizeOf(shape));
  walk(machine, y, shape, [a, b, condition], ([o, p, q, c]) => kernel(o!, c!, p!, q!));
  return y;
}

// Fields of the description that the kernels read, assembly/rows.ts; the operands' steps and rows follow each other.
const count = 0;
const rowCount = 1;
const steps = 2;
const rowBytes = 5;

/**
 * Calls a kernel of two operands that each have all elements or one, and says whether they do. A third of the time of a call at batch 1 is spent
 * on the lists of `walk`.
 */
function callFlat(
  { rows, views }: Machine,
  y: WasmStorage,
  a: X,
  b: X,
  kernel: (y: number, a: number, b: number) => number,
): boolean {
  const { size } = y;
  const aSize = a.storage.size;
  const bSize = b.storage.size;
  if (size === 0 || !(aSize === size || aSize === 1) || !(bSize === size || bSize === 1)) return false;
  const words = views.int32;
  words[rows + count] = size;
  words[rows + rowCount] = 1;
  words[rows + steps] = aSize === size ? 1 : 0;
  words[rows + steps + 1] = bSize === size ? 1 : 0;
  kernel(addressOf(y), addressOf(a.storage), addressOf(b.storage));
  return true;
}

/** Calls a kernel for the two inner axes at a time, with the addresses of the result and the operands. */
function walk(
  machine: Machine,
  y: WasmStorage,
  shape: Shape,
  operands: readonly X[],
  kernel: (addresses: readonly number[]) => void,
): void {
  const { size } = y;
  if (size === 0) return;
  const starts = operands.map((x) => addressOf(x.storage));
  const output = addressOf(y);
  const words = machine.views.int32;
  const { rows } = machine;
  if (operands.every((x) => x.storage.size === size || x.storage.size === 1)) {
    words[rows + count] = size;
    words[rows + rowCount] = 1;
    for (let k = 0; k < operands.length; k++) words[rows + steps + k] = operands[k]!.storage.size === size ? 1 : 0;
    kernel([output, ...starts]);
    return;
  }
  const nest = mergeAxes(
    shape,
    operands.map((x) => broadcastStrides(x.shape, shape)),
  );
  const depth = Math.max(0, nest.sizes.length - 2);
  const n = nest.sizes[nest.sizes.length - 1]!;
  const repeats = nest.sizes.length > 1 ? nest.sizes[depth] : 1;
  words[rows + count] = n;
  words[rows + rowCount] = repeats!;
  for (const [k, x] of operands.entries()) {
    const strides = nest.strides[k]!;
    words[rows + steps + k] = strides[strides.length - 1]!;
    words[rows + rowBytes + k] = strides.length > 1 ? strides[depth]! * bytesPerElement(x.dtype) : 0;
  }
  const widthsInBytes = operands.map((x) => bytesPerElement(x.dtype));
  const advance = n * repeats! * bytesPerElement(y.dtype);
  let o = output;
  forEachIndex(nest, depth, [0, 0, 0], (...offsets) => {
    kernel([o, ...starts.map((start, k) => start + offsets[k]! * widthsInBytes[k]!)]);
    o += advance;
  });
}
