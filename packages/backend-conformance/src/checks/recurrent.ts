import { Random } from '@sluice/core';
import fc from 'fast-check';
import { type CheckContext, type ConformanceCheck, demand, errorOf } from '../kit/check.ts';
import { forAll, seeds } from '../kit/for-all.ts';
import { type FusedKernel, fusedKernels, supportedSizes } from '../kit/fused-kernels.ts';
import { evaluate, runSequence, type SequenceCase } from '../kit/run-sequence.ts';
import { type HostArray, hostArray, uniformArray } from '../kit/values.ts';

/** The reference computes sequences of such sizes fast. */
const smallSize = 8;

type Pass = 'forward' | 'backward';

interface Sizes {
  readonly time: number;
  readonly batch: number;
  readonly hiddenSize: number;
  readonly reverse: boolean;
  /** Whether the rows have lengths of their own, 0 among them. */
  readonly ragged: boolean;
  readonly withResetBias: boolean;
  readonly seed: number;
}

/** Random numbers; beyond the end of a row, such as would be noticed if anything read them. */
function draw(kernel: FusedKernel, pass: Pass, chosen: Sizes): SequenceCase {
  const { time, batch, hiddenSize, reverse, ragged, withResetBias, seed } = chosen;
  const random = new Random(seed);
  const uniform = (reach: number, ...shape: number[]) =>
    uniformArray(kernel.dtype, shape, random.integer(0, 1_000_000), -reach, reach);
  const lengths = ragged
    ? Array.from({ length: batch }, (_, row) => (row === 1 ? 0 : random.integer(0, time + 1)))
    : undefined;
  const inSteps = (array: HostArray) => (lengths ? spoilBeyond(lengths, array) : array);
  const sizes = kernel.stateSizes(hiddenSize);
  const states = () => sizes.map((size) => uniform(1, batch, size));
  return {
    kernel,
    hiddenSize,
    options: { reverse, lengths },
    inputs: {
      projected: inSteps(uniform(2, time, batch, kernel.gates * hiddenSize)),
      weight: uniform(1 / Math.sqrt(hiddenSize), kernel.gates * hiddenSize, sizes[0]!),
      ...(kernel.hasResetBias && withResetBias && { resetBias: uniform(1, hiddenSize) }),
      ...(kernel.hasProjection && { projection: uniform(1, sizes[0]!, hiddenSize) }),
      states: states(),
    },
    ...(pass === 'backward' && {
      gradients: { output: inSteps(uniform(1, time, batch, sizes[0]!)), states: states() },
    }),
  };
}

/** An array [time, batch, width] with large numbers beyond the end of each row. */
function spoilBeyond(lengths: readonly number[], { data, shape, dtype }: HostArray): HostArray {
  const [, batch, width] = shape;
  const spoilt = Array.from(data, (value, i) => {
    const place = Math.floor(i / width!);
    return Math.floor(place / batch!) < lengths[place % batch!]! ? value : 1e4;
  });
  return hostArray(dtype, shape, spoilt);
}

function check(
  kernel: FusedKernel,
  name: string,
  run: (context: CheckContext, hiddenSizes: readonly number[]) => Promise<void>,
): ConformanceCheck {
  return {
    name: `recurrent ${kernel.name}: ${name}`,
    dtypes: [kernel.dtype],
    kernel,
    run: (context) => run(context, supportedSizes(context.backend, kernel)),
  };
}

function passChecks(kernel: FusedKernel, pass: Pass, results: string): ConformanceCheck[] {
  return [
    check(kernel, `${pass}, ${results}`, (context, hiddenSizes) => {
      const cases = fc.record({
        time: fc.integer({ min: 0, max: 6 }),
        batch: fc.integer({ min: 1, max: 5 }),
        // eslint-disable-next-line sluice/no-spread-arguments -- few sizes
        hiddenSize: fc.constantFrom(...hiddenSizes.filter((size, i) => i === 0 || size <= smallSize)),
        reverse: fc.boolean(),
        ragged: fc.boolean(),
        withResetBias: fc.boolean(),
        seed: seeds,
      });
      const runs = hiddenSizes[0]! <= smallSize ? 40 : 10;
      return forAll(cases, runs, (sizes) => runSequence(context, draw(kernel, pass, sizes)));
    }),
    check(kernel, `${pass}, larger sizes`, async (context, hiddenSizes) => {
      for (const hiddenSize of hiddenSizes.filter((size) => size > smallSize)) {
        // Two steps of two rows meet every weight, and are quick.
        const [time, batch] = hiddenSize === 37 ? [4, 9] : [2, 2];
        for (const reverse of hiddenSize < 64 ? [false, true] : [false]) {
          const sizes = { time, batch, hiddenSize, reverse, ragged: reverse, withResetBias: true, seed: 3 };
          await runSequence(context, draw(kernel, pass, sizes));
        }
      }
    }),
  ];
}

/** Options and cells of a later version, which a kernel must not take for those that it knows. */
function unknownChecks(kernel: FusedKernel): ConformanceCheck[] {
  const small = { time: 1, batch: 1, reverse: false, ragged: false, withResetBias: true, seed: 1 };
  const refuses = (pass: Pass, what: string, spoil: (one: SequenceCase) => SequenceCase) =>
    check(kernel, `${pass}, ${what} is refused`, async (context, [hiddenSize]) => {
      const one = draw(kernel, pass, { ...small, hiddenSize: hiddenSize! });
      const label = `recurrent.${pass} ${kernel.name} with ${what}`;
      const error = await errorOf(label, () => evaluate(context.backend, spoil(one), label));
      demand(String(error).includes(': threw '), `${label}: was not refused but ended in ${String(error)}`);
    });
  const unheardOf = { unheardOf: true };
  return [
    ...(['forward', 'backward'] as const).map((pass) =>
      refuses(pass, 'an unknown option', (one) => ({ ...one, options: { ...one.options, ...unheardOf } })),
    ),
    check(kernel, 'supports, a cell with an unknown field or of an unknown kind is denied', async (context, [size]) => {
      const { recurrent } = context.backend;
      const cell = kernel.cell(size!);
      for (const other of [{ ...cell, ...unheardOf }, { ...cell, kind: 'unheardOf' } as unknown as typeof cell]) {
        demand(recurrent?.supports(other) === false, `recurrent.supports(${JSON.stringify(other)}) is not false`);
      }
    }),
  ];
}

/** What `carouselChecks` demands of the composed steps: here of the fused ones, forward and back. */
function carouselCheck(kernel: FusedKernel): ConformanceCheck {
  return check(kernel, 'a pulse and its gradient survive 1000 steps, fewer of large sizes', (context, [hiddenSize]) => {
    const steps = Math.max(10, Math.floor(1000 * Math.min(1, (smallSize / hiddenSize!) ** 2)));
    const array = (shape: readonly number[], value: (i: number) => number) => {
      const size = shape.reduce((a, b) => a * b);
      return hostArray(
        kernel.dtype,
        shape,
        Array.from({ length: size }, (_, i) => value(i)),
      );
    };
    const [outputSize] = kernel.stateSizes(hiddenSize!);
    const states = kernel.stateSizes(hiddenSize!).map((size) => array([1, size], () => 0));
    const width = 4 * hiddenSize!;
    // All gates are open all the time, and the candidate is 1 at the first step and 0 afterwards.
    const projected = (i: number) => (Math.floor((i % width) / hiddenSize!) !== 2 ? 100 : i < width ? 1 : 0);
    return runSequence(context, {
      kernel,
      hiddenSize: hiddenSize!,
      options: { reverse: false },
      inputs: {
        projected: array([steps + 1, 1, width], projected),
        weight: array([width, outputSize!], () => 0),
        ...(kernel.hasProjection && { projection: array([outputSize!, hiddenSize!], () => 1) }),
        states,
      },
      gradients: {
        output: array([steps + 1, 1, outputSize!], (i) => (i >= steps * outputSize! ? 1 : 0)),
        states,
      },
    });
  });
}

/** Fused kernels, one set of checks for each that the contract knows. */
export const recurrentChecks: readonly ConformanceCheck[] = fusedKernels.flatMap((kernel) => [
  ...passChecks(kernel, 'forward', 'output and last states'),
  ...passChecks(kernel, 'backward', 'all gradients'),
  check(kernel, 'backward, again from what was saved', (context, [hiddenSize]) => {
    const sizes = {
      time: 3,
      batch: 2,
      hiddenSize: hiddenSize!,
      reverse: false,
      ragged: false,
      withResetBias: true,
      seed: 5,
    };
    return runSequence(context, { ...draw(kernel, 'backward', sizes), twice: true });
  }),
  check(kernel, 'many steps and many rows', async (context, [hiddenSize]) => {
    const sizes = { hiddenSize: hiddenSize!, reverse: false, ragged: false, withResetBias: true, seed: 6 };
    await runSequence(context, draw(kernel, 'backward', { ...sizes, time: 70, batch: 2 }));
    await runSequence(context, draw(kernel, 'backward', { ...sizes, time: 2, batch: 70, reverse: true, ragged: true }));
  }),
  ...unknownChecks(kernel),
  ...(kernel.stateSizes(1).length === 2 ? [carouselCheck(kernel)] : []),
]);
