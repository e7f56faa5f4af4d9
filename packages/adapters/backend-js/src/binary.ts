import {
  type BinaryKind,
  broadcastStrides,
  type CompareKind,
  type DataArray,
  type DType,
  forEachIndex,
  mergeAxes,
  type Shape,
} from '@sluice/core';

/** `y[o + k] = f(a[p + k * i], b[q + k * j])` for k below n; the steps i and j are 0 or 1. */
type RowKernel = (
  n: number,
  y: DataArray,
  o: number,
  a: DataArray,
  p: number,
  i: number,
  b: DataArray,
  q: number,
  j: number,
) => void;

// One loop each: engines inline a function into a loop only where the loop always meets the same one.
const floatKernels = {
  add: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! + b[q]!;
  },
  subtract: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! - b[q]!;
  },
  multiply: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! * b[q]!;
  },
  divide: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! / b[q]!;
  },
  power: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! ** b[q]!;
  },
  minimum: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = Math.min(a[p]!, b[q]!);
  },
  maximum: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = Math.max(a[p]!, b[q]!);
  },
} as const satisfies Record<BinaryKind, RowKernel>;

// Storing into an Int32Array wraps; a product needs `imul`, since its low bits do not fit a double.
const intKernels = {
  add: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! + b[q]!;
  },
  subtract: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! - b[q]!;
  },
  multiply: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = Math.imul(a[p]!, b[q]!);
  },
  // A divisor of 0 gives an infinity or NaN, which are stored as 0.
  divide: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! / b[q]!;
  },
  power: floatKernels.power,
  minimum: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = Math.min(a[p]!, b[q]!);
  },
  maximum: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = Math.max(a[p]!, b[q]!);
  },
} as const satisfies Record<BinaryKind, RowKernel>;

const compareKernels = {
  equal: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p] === b[q] ? 1 : 0;
  },
  notEqual: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p] !== b[q] ? 1 : 0;
  },
  less: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! < b[q]! ? 1 : 0;
  },
  lessEqual: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! <= b[q]! ? 1 : 0;
  },
  greater: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! > b[q]! ? 1 : 0;
  },
  greaterEqual: (n, y, o, a, p, i, b, q, j) => {
    for (const end = o + n; o < end; o++, p += i, q += j) y[o] = a[p]! >= b[q]! ? 1 : 0;
  },
} as const satisfies Record<CompareKind, RowKernel>;

/** An array and its shape. */
export interface Elements {
  readonly data: DataArray;
  readonly shape: Shape;
}

/** Writes `a` and `b` combined, both broadcast to `shape`, into `y`. */
export function binary(kind: BinaryKind, dtype: DType, a: Elements, b: Elements, shape: Shape, y: DataArray): void {
  zip(dtype === 'int32' ? intKernels[kind] : floatKernels[kind], a, b, shape, y);
}

/** Writes `a` and `b` compared, both broadcast to `shape`, into `y` as 0 and 1. */
export function compare(kind: CompareKind, a: Elements, b: Elements, shape: Shape, y: DataArray): void {
  zip(compareKernels[kind], a, b, shape, y);
}

function zip(kernel: RowKernel, a: Elements, b: Elements, shape: Shape, y: DataArray): void {
  const size = y.length;
  const sizeA = a.data.length;
  const sizeB = b.data.length;
  if ((sizeA === size || sizeA === 1) && (sizeB === size || sizeB === 1)) {
    kernel(size, y, 0, a.data, 0, sizeA === size ? 1 : 0, b.data, 0, sizeB === size ? 1 : 0);
    return;
  }
  if (size === 0) return;
  const nest = mergeAxes(shape, [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)]);
  const depth = nest.sizes.length - 1;
  const n = nest.sizes[depth]!;
  const i = nest.strides[0]![depth]!;
  const j = nest.strides[1]![depth]!;
  let o = 0;
  forEachIndex(nest, depth, [0, 0], (p, q) => {
    kernel(n, y, o, a.data, p, i, b.data, q, j);
    o += n;
  });
}
