import { broadcastShapes, broadcastStrides, type MatMulOptions, mergeAxes, type Nest, sizeOf } from '@sluice/core';
import type { KernelSource, KernelsSource } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import { offsetCode, offsetNumbers } from '../offsets.ts';
import { type Block, blockOf, type GpujsStorage, type X } from '../storage.ts';
import { fill } from './move.ts';
import { loopBound } from './reduce.ts';

function matMulSource(rank: number, bound: number): KernelSource {
  const offsets = offsetCode('this.thread.x', rank, ['a', 'b']);
  return {
    blocks: ['a', 'b'],
    numbers: ['inner', 'aStep', 'bStep', ...offsets.numbers],
    body: `${offsets.code}
let total = 0;
for (let k = 0; k < ${bound}; k++) {
  if (k >= inner) { break; }
  total = total + a[aAt + k * aStep] * b[bAt + k * bStep];
}
return total;`,
  };
}

/** Strides of [..., rows, columns] read as such although they may lie the other way round. */
function matrixStrides(x: X, batch: readonly number[], transposed: boolean): number[] {
  const rank = x.shape.length;
  const [rows, columns] = transposed ? [1, x.shape[rank - 1]] : [x.shape[rank - 1], 1];
  const matrix = x.shape[rank - 2]! * x.shape[rank - 1]!;
  return [...broadcastStrides(x.shape.slice(0, -2), batch).map((stride) => stride * matrix), rows!, columns!];
}

/** From here on the products of a matrix product pay for three more launches. */
const manyProducts = 2 ** 21;

/**
 * A matrix whose rows, `step` numbers from one to the next element, begin `stride` numbers apart, as texels of four elements of a row: [inner / 4, rows],
 * zeros behind the last element.
 */
function pack(machine: Machine, x: X, rows: number, stride: number, inner: number, step: number): Block {
  const element = (i: number) => {
    const at = `x[row * stride + (first + ${i}) * step]`;
    return i === 0 ? `const part0 = ${at};` : `let part${i} = 0; if (first + ${i} < inner) { part${i} = ${at}; }`;
  };
  const source = () => ({
    blocks: ['x'],
    numbers: ['count', 'rows', 'stride', 'inner', 'step'],
    body: `if (this.thread.x >= count) { return [0, 0, 0, 0]; }
const group = quotient(this.thread.x, rows);
const row = this.thread.x - group * rows;
const first = group * 4;
${[0, 1, 2, 3].map(element).join('\n')}
return [part0, part1, part2, part3];`,
  });
  const count = Math.ceil(inner / 4) * rows;
  return machine.launcher.run('pack', source, count, [blockOf(x)], [count, rows, stride, inner, step], 4);
}

const four = [0, 1, 2, 3];

/** Blocks of 4 rows and 4 columns: a thread reads eight texels for 64 products, and gives a texel of each row. */
function packedSource(bound: number): KernelsSource {
  const terms = (i: number, j: number) => four.map((k) => `p${i}[${k}] * q${j}[${k}]`).join(' + ');
  const cells = four.flatMap((i) => four.map((j) => [i, j] as const));
  return {
    blocks: ['a', 'b'],
    numbers: ['count', 'across', 'rows', 'columns', 'groups'],
    body: `let place = this.thread.x;
if (place >= count) { place = 0; }
const down = quotient(place, across);
${four
  .map(
    (i) => `let row${i} = down * 4 + ${i};
if (row${i} >= rows) { row${i} = rows - 1; }
let column${i} = (place - down * across) * 4 + ${i};
if (column${i} >= columns) { column${i} = columns - 1; }`,
  )
  .join('\n')}
${cells.map(([i, j]) => `let s${i}${j} = 0;`).join('\n')}
for (let k = 0; k < ${bound}; k++) {
  if (k >= groups) { break; }
  ${four.map((i) => `const p${i} = a[k * rows + row${i}];\n  const q${i} = b[k * columns + column${i}];`).join('\n  ')}
  ${cells.map(([i, j]) => `s${i}${j} = s${i}${j} + (${terms(i, j)});`).join('\n  ')}
}`,
    results: four.map((i) => `[${four.map((j) => `s${i}${j}`).join(', ')}]`),
  };
}

/** The elements of a matrix that is given by blocks of 4 rows and 4 columns. */
const unpackSource: KernelSource = {
  blocks: four.map((i) => `x${i}`),
  numbers: ['count', 'across', 'columns'],
  body: `if (this.thread.x >= count) { return 0; }
const row = quotient(this.thread.x, columns);
const column = this.thread.x - row * columns;
const down = quotient(row, 4);
const right = quotient(column, 4);
const part = column - right * 4;
const line = row - down * 4;
const at = down * across + right;
let texel = x0[at];
${[1, 2, 3].map((i) => `if (line == ${i}) { texel = x${i}[at]; }`).join('\n')}
if (part == 0) { return texel[0]; }
if (part == 1) { return texel[1]; }
if (part == 2) { return texel[2]; }
return texel[3];`,
};

/** What is read counts, more than what is multiplied. */
function packedProduct(machine: Machine, { a, b, rows, columns, inner, strides, steps }: Product): GpujsStorage {
  const { launcher } = machine;
  const left = pack(machine, a, rows, strides[0], inner, steps[0]);
  const right = pack(machine, b, columns, strides[1], inner, steps[1]);
  const groups = Math.ceil(inner / 4);
  const bound = loopBound(groups);
  const across = Math.ceil(columns / 4);
  const threads = Math.ceil(rows / 4) * across;
  const numbers = [threads, across, rows, columns, groups];
  const product = () => packedSource(bound);
  const blocks = launcher.runAll(`packedMatMul ${bound}`, 4, product, threads, [left, right], numbers, 4);
  const count = rows * columns;
  const elements = launcher.run('unpack', () => unpackSource, count, blocks, [count, across, columns]);
  for (const block of [left, right, ...blocks]) launcher.free(block);
  return machine.adopt('float32', count, elements);
}

interface Product {
  readonly a: X;
  readonly b: X;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** From a row of `a` and a column of `b` to the next, and from one of their elements to the next. */
  readonly strides: readonly [a: number, b: number];
  readonly steps: readonly [a: number, b: number];
}

/** One thread an element, which reads one number or four at a time. */
export function matMul(machine: Machine, a: X, b: X, { transposeA, transposeB }: MatMulOptions): GpujsStorage {
  const batch = broadcastShapes('matMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const aStrides = matrixStrides(a, batch, transposeA);
  const bStrides = matrixStrides(b, batch, transposeB);
  const rows = a.shape[a.shape.length - (transposeA ? 1 : 2)]!;
  const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)]!;
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]!;
  const shape = [...batch, rows, columns];
  if (inner === 0) return fill(machine, sizeOf(shape), 0, a.dtype);
  const ofBatch = (strides: readonly number[]) => strides.slice(0, -2);
  const [aStep, bStep] = [aStrides[aStrides.length - 1]!, bStrides[bStrides.length - 2]!];
  const nest: Nest = mergeAxes(shape, [
    [...ofBatch(aStrides), aStrides[aStrides.length - 2]!, 0],
    [...ofBatch(bStrides), 0, bStrides[bStrides.length - 1]!],
  ]);
  const rank = nest.sizes.length;
  if (rank === 2 && nest.strides[0]![1] === 0 && nest.strides[1]![0] === 0 && sizeOf(shape) * inner >= manyProducts) {
    return packedProduct(machine, {
      ...{ a, b, rows: nest.sizes[0]!, columns: nest.sizes[1]!, inner },
      strides: [nest.strides[0]![0]!, nest.strides[1]![1]!],
      steps: [aStep, bStep],
    });
  }
  const bound = loopBound(inner);
  const source = () => matMulSource(rank, bound);
  const numbers = [inner, aStep, bStep, ...offsetNumbers(nest)];
  return machine.compute(a.dtype, sizeOf(shape), `matMul ${rank} ${bound}`, source, [a, b], numbers);
}
