import type { Backend, DType, Operand, Shape } from '@sluice/core';
import type { ConformanceCheck } from '../kit/check.ts';
import type { Precision } from '../kit/compare.ts';
import { runCase } from '../kit/run-case.ts';
import { type HostArray, hostArray, uniformArray, wholeArray } from '../kit/values.ts';
import { binaryRows, compareRows } from './binary.ts';
import { unaryRows } from './unary.ts';

/**
 * Beyond 65,536, where 16 bits end, where a grid of 256 x 256 does, and where workers and vectors begin to share the work; no multiple of
 * anything, so that an end is left over.
 */
const many = 66_569;

interface LargeCase {
  readonly name: string;
  readonly operands: () => readonly HostArray[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly precision: Precision;
  readonly accumulates?: true | undefined;
  call<S>(backend: Backend<S>, operands: readonly Operand<S>[]): S;
}

type Numbers = 'float32' | 'int32';

const wholes = (dtype: DType, shape: Shape, seed = 1) => wholeArray(dtype, shape, seed);

/** Whole numbers that repeat after a prime number of places, each place of a period unlike the others. */
function counting(dtype: DType, shape: Shape): HostArray {
  const size = shape.reduce((product, length) => product * length, 1);
  const period = dtype === 'bool' ? 2 : 8191;
  return hostArray(
    dtype,
    shape,
    Array.from({ length: size }, (_, i) => i % period),
  );
}

/** One largest and one smallest element, late in each row, and nothing that comes near. */
function peaks(dtype: Numbers, rows: number, columns: number): HostArray {
  const data = wholes(dtype, [rows, columns]).data.slice();
  for (let row = 0; row < rows; row++) {
    data[row * columns + columns - 5 - row] = 100;
    data[row * columns + columns - 3 - row] = -100;
  }
  return hostArray(dtype, [rows, columns], data);
}

/** Indices that reach every part of an axis, its last place too. */
const indices = (count: number, size: number) =>
  hostArray(
    'int32',
    [count],
    Array.from({ length: count }, (_, i) => (i * 7919 + size - 1) % size),
  );

const elementwise: readonly LargeCase[] = [
  ...Object.entries(unaryRows).flatMap(([kind, { dtypes, precision, reach }]) =>
    dtypes
      .filter((dtype) => dtype !== 'float64')
      .map((dtype): LargeCase => {
        const operands = () => [uniformArray(dtype, [many], 1, -reach, reach)];
        const call = <S>(backend: Backend<S>, [x]: readonly Operand<S>[]) =>
          backend.unary(kind as keyof typeof unaryRows, x!);
        return { name: `unary ${kind} ${dtype}`, operands, shape: [many], dtype, precision, call };
      }),
  ),
  ...Object.entries(binaryRows).flatMap(([kind, { dtypes, precision, a, b }]) =>
    dtypes
      .filter((dtype) => dtype !== 'float64')
      .flatMap((dtype): LargeCase[] => {
        const wanted = dtype === 'int32' ? 'exact' : precision;
        const call =
          (shape: Shape) =>
          <S>(backend: Backend<S>, [x, y]: readonly Operand<S>[]) =>
            backend.binary(kind as keyof typeof binaryRows, x!, y!, shape);
        const one = { dtype, precision: wanted };
        const left = (shape: Shape) => uniformArray(dtype, shape, 1, ...a);
        const right = (shape: Shape) => uniformArray(dtype, shape, 2, ...b);
        const operands = () => [left([many]), right([many])];
        const name = `binary ${kind} ${dtype}`;
        const equal: LargeCase = { name, ...one, operands, shape: [many], call: call([many]) };
        if (kind !== 'add') return [equal];
        const shape = [131, 521];
        const rows = () => [left([521]), right([131, 1])];
        return [equal, { name: `${name}, broadcast`, ...one, operands: rows, shape, call: call(shape) }];
      }),
  ),
  ...Object.entries(compareRows).map(([kind]): LargeCase => {
    const operands = () => [wholes('float32', [many], 1), wholes('float32', [many], 2)];
    const call = <S>(backend: Backend<S>, [x, y]: readonly Operand<S>[]) =>
      backend.compare(kind as keyof typeof compareRows, x!, y!, [many]);
    return { name: `compare ${kind} float32`, operands, shape: [many], dtype: 'bool', precision: 'exact', call };
  }),
  {
    name: 'select float32',
    operands: () => [wholes('bool', [many]), counting('float32', [many]), wholes('float32', [many])],
    ...{ shape: [many], dtype: 'float32', precision: 'bits' },
    call: (backend, [condition, a, b]) => backend.select(condition!, a!, b!, [many]),
  },
  ...(['int32', 'bool'] as const).map(
    (dtype): LargeCase => ({
      name: `cast float32 to ${dtype}`,
      operands: () => [wholes('float32', [many])],
      ...{ shape: [many], dtype, precision: 'exact' },
      call: (backend, [x]) => backend.cast(x!, dtype),
    }),
  ),
  {
    name: 'fill float32',
    operands: () => [],
    ...{ shape: [many], dtype: 'float32', precision: 'exact' },
    call: (backend) => backend.fill(many, 2.5, 'float32'),
  },
];

const reductions: readonly LargeCase[] = (['float32', 'int32'] as const).flatMap((dtype): LargeCase[] => [
  ...(['sum', 'max', 'min'] as const).flatMap((kind): LargeCase[] => {
    const row = (name: string, operand: () => HostArray, axes: readonly number[], shape: Shape): LargeCase => ({
      name: `reduce ${kind} ${dtype} ${name}`,
      ...{ operands: () => [operand()], shape, dtype, precision: 'exact' },
      call: (backend, [x]) => backend.reduce(kind, x!, axes),
    });
    return [
      row('of all', () => peaks(dtype, 1, many), [0, 1], []),
      row('of long rows', () => peaks(dtype, 3, 9001), [1], [3]),
      row('of long columns', () => wholes(dtype, [9001, 3]), [0], [3]),
      row('of a middle axis', () => wholes(dtype, [3, 4999, 2]), [1], [3, 2]),
      row('of many rows', () => wholes(dtype, [22_193, 3]), [1], [22_193]),
      row('of many columns', () => wholes(dtype, [3, 22_193]), [0], [22_193]),
    ];
  }),
  ...(['argMax', 'argMin'] as const).flatMap((kind): LargeCase[] => {
    const row = (name: string, operand: () => HostArray, axis: number, shape: Shape): LargeCase => ({
      name: `argReduce ${kind} ${dtype} ${name}`,
      ...{ operands: () => [operand()], shape, dtype: 'int32', precision: 'exact' },
      call: (backend, [x]) => backend.argReduce(kind, x!, axis),
    });
    const turned = ({ data }: HostArray) => hostArray(dtype, [9001, 1], data);
    return [
      row('of one long row', () => peaks(dtype, 1, many), 1, [1]),
      row('of long rows', () => peaks(dtype, 3, 9001), 1, [3]),
      row('of a long column', () => turned(peaks(dtype, 1, 9001)), 0, [1]),
      row('of many rows', () => wholes(dtype, [22_193, 3]), 1, [22_193]),
    ];
  }),
  ...[false, true].flatMap((reverse) =>
    [
      [2, 1031],
      [22_193, 3],
    ].map(
      (shape): LargeCase => ({
        name: `cumulativeSum ${dtype}${reverse ? ' reverse' : ''} of [${shape}]`,
        operands: () => [wholes(dtype, shape)],
        ...{ shape, dtype, precision: 'exact' },
        call: (backend, [x]) => backend.cumulativeSum(x!, 1, reverse),
      }),
    ),
  ),
]);

/**
 * A sum of n equal numbers in one float32 loses a part of each as it grows: of 0.1 a thousandth of the sum at n = 66,569. Sums of blocks, of pairs,
 * compensated ones and those in float64 stay within 1e-5.
 */
const roundedSums: readonly LargeCase[] = [
  { shape: [many], axes: [0] },
  { shape: [2, 33_287], axes: [1] },
  { shape: [33_287, 2], axes: [0] },
].map(({ shape, axes }) => ({
  name: `reduce sum float32: the error of [${shape}] over [${axes}] does not grow with the number of terms`,
  operands: () => [hostArray('float32', shape, new Array(shape.reduce((a, b) => a * b)).fill(0.1))],
  shape: shape.filter((_, axis) => !axes.includes(axis)),
  dtype: 'float32',
  precision: 'relative',
  call: (backend, [x]) => backend.reduce('sum', x!, axes),
}));

const movements: readonly LargeCase[] = [
  {
    name: 'slice float32, steps of 7 and -11',
    operands: () => [counting('float32', [701, 997])],
    ...{ shape: [100, 90], dtype: 'float32', precision: 'bits' },
    call: (backend, [x]) => backend.slice(x!, [3, 990], [100, 90], [7, -11]),
  },
  {
    name: 'slice float32',
    operands: () => [counting('float32', [2, many])],
    ...{ shape: [1, many - 9], dtype: 'float32', precision: 'bits' },
    call: (backend, [x]) => backend.slice(x!, [1, 4], [1, many - 9], [1, 1]),
  },
  {
    name: 'pad float32, steps of 5 and -3',
    operands: () => [counting('float32', [50, 60])],
    ...{ shape: [260, 300], dtype: 'float32', precision: 'bits' },
    call: (backend, [x]) => backend.pad(x!, [260, 300], [7, 200], [5, -3], -1),
  },
  ...[0, 1].map(
    (axis): LargeCase => ({
      name: `concat float32 along ${axis}`,
      operands: () => [
        counting('float32', [150, 150]),
        wholes('float32', [150, 150]),
        wholes('float32', [150, 150], 3),
      ],
      shape: axis === 0 ? [450, 150] : [150, 450],
      ...{ dtype: 'float32', precision: 'bits' },
      call: (backend, xs) => backend.concat(xs, axis),
    }),
  ),
  {
    name: 'transpose float32',
    operands: () => [counting('float32', [257, 263])],
    ...{ shape: [263, 257], dtype: 'float32', precision: 'bits' },
    call: (backend, [x]) => backend.transpose(x!, [1, 0]),
  },
  ...[0, 1].map((axis): LargeCase => {
    const shape = axis === 0 ? [9001, 3] : [3, 9001];
    return {
      name: `gather float32 along ${axis}`,
      operands: () => [counting('float32', shape), indices(22_193, 9001)],
      shape: axis === 0 ? [22_193, 3] : [3, 22_193],
      ...{ dtype: 'float32', precision: 'bits' },
      call: (backend, [x, positions]) => backend.gather(x!, positions!, axis),
    };
  }),
  ...[0, 1].map((axis): LargeCase => {
    const shape = axis === 0 ? [22_193, 3] : [3, 22_193];
    return {
      name: `scatterAdd float32 along ${axis}`,
      operands: () => [wholes('float32', shape), indices(22_193, 9001)],
      shape: axis === 0 ? [9001, 3] : [3, 9001],
      ...{ dtype: 'float32', precision: 'exact' },
      call: (backend, [x, positions]) => backend.scatterAdd(x!, positions!, axis, 9001),
    };
  }),
  {
    name: 'matMul float32',
    operands: () => [wholes('float32', [3, 4099]), wholes('float32', [4099, 5], 2)],
    ...{ shape: [3, 5], dtype: 'float32', precision: 'exact' },
    call: (backend, [a, b]) => backend.matMul(a!, b!, { transposeA: false, transposeB: false }),
  },
  {
    name: 'matMul float32, many rows and columns',
    operands: () => [wholes('float32', [259, 3]), wholes('float32', [261, 3], 2)],
    ...{ shape: [259, 261], dtype: 'float32', precision: 'exact' },
    call: (backend, [a, b]) => backend.matMul(a!, b!, { transposeA: false, transposeB: true }),
  },
];

/** Arrays of many elements: faults that begin where a backend cuts its work, counts in few bits or changes its way. */
export const largeChecks: readonly ConformanceCheck[] = [
  ...elementwise,
  ...reductions,
  ...roundedSums,
  ...movements,
].map(({ name, operands, ...rest }) => ({
  name: name.includes(':') ? name : `${name}: many elements`,
  dtypes: ['float32', 'int32', 'bool'],
  run: (context) => runCase(context, { label: name, operands: operands(), ...rest }),
}));
