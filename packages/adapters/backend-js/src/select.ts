import { broadcastStrides, type DataArray, forEachIndex, mergeAxes, type Shape } from '@sluice/core';
import type { Elements } from './binary.ts';

/** Writes `condition ? a : b`, all broadcast to `shape`, into `y`. */
export function select(condition: Elements, a: Elements, b: Elements, shape: Shape, y: DataArray): void {
  if (y.length === 0) return;
  const operands = [condition, a, b];
  const nest = mergeAxes(
    shape,
    operands.map((x) => broadcastStrides(x.shape, shape)),
  );
  const depth = nest.sizes.length - 1;
  const n = nest.sizes[depth]!;
  const [h, i, j] = nest.strides.map((own) => own[depth]);
  let o = 0;
  forEachIndex(nest, depth, [0, 0, 0], (c, p, q) => {
    if (h === 0) {
      if (condition.data[c] !== 0) copyRow(n, y, o, a.data, p, i!);
      else copyRow(n, y, o, b.data, q, j!);
    } else selectRow(n, y, o, condition.data, c, a.data, p, i!, b.data, q, j!);
    o += n;
  });
}

function selectRow(
  n: number,
  y: DataArray,
  o: number,
  condition: DataArray,
  c: number,
  a: DataArray,
  p: number,
  i: number,
  b: DataArray,
  q: number,
  j: number,
): void {
  for (const end = o + n; o < end; o++, c++, p += i, q += j) y[o] = condition[c] !== 0 ? a[p]! : b[q]!;
}

function copyRow(n: number, y: DataArray, o: number, x: DataArray, p: number, i: number): void {
  for (const end = o + n; o < end; o++, p += i) y[o] = x[p]!;
}
