import type { Backend, Operand, Shape } from '@sluice/core';
import type { ConformanceCheck } from '../kit/check.ts';
import { runCase } from '../kit/run-case.ts';
import { anyArray, hostArray, wholeArray } from '../kit/values.ts';

const dtype = 'float32';

/** Sizes that differ, so that no two axes can be taken for each other; 1 among them. */
const shapes: readonly Shape[] = [
  [2, 3, 1, 4, 5],
  [3, 2, 4, 1, 2, 5],
  [2, 1, 3, 2, 1, 2, 3],
];

interface RankCase {
  readonly name: string;
  readonly shape: Shape;
  readonly operands?: readonly Shape[] | undefined;
  call<S>(backend: Backend<S>, operands: readonly Operand<S>[]): S;
}

/** One call of each method on an array of many axes. */
function casesOf(shape: Shape): readonly RankCase[] {
  const rank = shape.length;
  const axes = shape.map((_, axis) => axis);
  const [outer, middle] = [rank - 4, rank - 2];
  const odd = axes.filter((axis) => axis % 2 === 1);
  const without = (gone: readonly number[]) => shape.filter((_, axis) => !gone.includes(axis));
  const permutation = [...axes.slice(2).reverse(), 0, 1];
  const inner = shape.map((length) => Math.ceil(length / 2));
  const ends = shape.map((length) => length - 1);
  const backwards = shape.map(() => -1);
  const forwards = shape.map(() => 1);
  const padded = shape.map((length, axis) => length + (axis % 2));
  const starts = shape.map((_, axis) => axis % 2);
  const sparse = shape.map((length, axis) => (axis % 2 === 0 ? 1 : length));
  const dense = shape.map((length, axis) => (axis % 2 === 0 ? length : 1));
  return [
    { name: 'unary', shape, call: (backend, [x]) => backend.unary('negate', x!) },
    {
      name: 'binary, broadcast',
      shape,
      operands: [sparse, dense],
      call: (backend, [a, b]) => backend.binary('add', a!, b!, shape),
    },
    {
      name: 'select, broadcast',
      shape,
      operands: [sparse, dense],
      call: (backend, [a, b]) => {
        const condition = backend.compare('less', a!, b!, shape);
        const result = backend.select({ storage: condition, shape, dtype: 'bool' }, a!, b!, shape);
        backend.free(condition);
        return result;
      },
    },
    ...[odd, axes.filter((axis) => axis % 2 === 0), [0, rank - 1], [outer, middle], axes].map(
      (over): RankCase => ({
        name: `reduce over [${over}]`,
        shape: without(over),
        call: (backend, [x]) => backend.reduce('sum', x!, over),
      }),
    ),
    ...axes.flatMap((axis): RankCase[] => [
      { name: `cumulativeSum along ${axis}`, shape, call: (backend, [x]) => backend.cumulativeSum(x!, axis, true) },
      {
        name: `concat along ${axis}`,
        shape: shape.with(axis, 2 * shape[axis]!),
        operands: [shape, shape],
        call: (backend, xs) => backend.concat(xs, axis),
      },
    ]),
    {
      name: 'slice, backwards',
      shape: inner,
      call: (backend, [x]) => backend.slice(x!, ends, inner, backwards),
    },
    {
      name: 'slice',
      shape: inner,
      call: (backend, [x]) =>
        backend.slice(
          x!,
          shape.map(() => 0),
          inner,
          forwards,
        ),
    },
    { name: 'pad', shape: padded, call: (backend, [x]) => backend.pad(x!, padded, starts, forwards, 7) },
    {
      name: `transpose [${permutation}]`,
      shape: permutation.map((axis) => shape[axis]!),
      call: (backend, [x]) => backend.transpose(x!, permutation),
    },
    {
      name: 'transpose of all axes',
      shape: shape.toReversed(),
      call: (backend, [x]) => backend.transpose(x!, axes.toReversed()),
    },
    {
      name: 'matMul, leading axes broadcast',
      shape: [...shape.slice(0, -1), 3],
      operands: [shape, [...sparse.slice(0, -2), shape[rank - 1]!, 3]],
      call: (backend, [a, b]) => backend.matMul(a!, b!, { transposeA: false, transposeB: false }),
    },
  ];
}

const cases = shapes.flatMap((shape) => casesOf(shape).map((one) => ({ of: shape, ...one })));

const names = [...new Set(cases.map(({ name }) => name.split(/[, ]/)[0]!))];

/** Arrays of five axes and more, whose sums are whole numbers and exact in every order. */
export const rankChecks: readonly ConformanceCheck[] = [
  ...names.map(
    (method): ConformanceCheck => ({
      name: `${method} ${dtype}: five to seven axes`,
      dtypes: [dtype],
      async run(context) {
        for (const { of, name, shape, operands = [of], call } of cases) {
          if (name.split(/[, ]/)[0] !== method) continue;
          const given = operands.map((each, i) => wholeArray(dtype, each, i + 1));
          await runCase(context, { label: name, operands: given, shape, dtype, precision: 'exact', call });
        }
      },
    }),
  ),
  ...(['gather', 'scatterAdd'] as const).map(
    (method): ConformanceCheck => ({
      name: `${method} ${dtype}: five to seven axes`,
      dtypes: [dtype, 'int32'],
      async run(context) {
        for (const shape of shapes) {
          for (const [axis, size] of shape.entries()) {
            const indices = hostArray('int32', [2, 2], [size - 1, 0, size - 1, size >> 1]);
            const gathered = shape.toSpliced(axis, 1, 2, 2);
            const [from, to] = method === 'gather' ? [shape, gathered] : [gathered, shape];
            await runCase(context, {
              label: `${method} along ${axis}`,
              operands: [method === 'gather' ? anyArray(dtype, from, 1) : wholeArray(dtype, from, 1), indices],
              shape: to,
              ...{ dtype, precision: 'exact' },
              call: (backend, [x, positions]) =>
                method === 'gather'
                  ? backend.gather(x!, positions!, axis)
                  : backend.scatterAdd(x!, positions!, axis, size),
            });
          }
        }
      },
    }),
  ),
];
