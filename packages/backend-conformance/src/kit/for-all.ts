import { broadcastShapes, type Shape } from '@sluice/core';
import fc from 'fast-check';
import { ConformanceError, restate } from './compare.ts';

const seed = 20_240_607;

/**
 * Runs `test` on `runs` values and, when one fails, on smaller ones until it finds the smallest that fails.
 * The values are the same in every run.
 */
export async function forAll<T>(
  arbitrary: fc.Arbitrary<T>,
  runs: number,
  test: (value: T) => Promise<void>,
): Promise<void> {
  const outcome = await fc.check(fc.asyncProperty(arbitrary, test), { seed, numRuns: runs });
  if (!outcome.failed) return;
  const error = outcome.errorInstance;
  const text = error instanceof ConformanceError ? error.message : `threw ${String(error)}`;
  const example = fc.stringify(outcome.counterexample);
  throw restate(error, `${text}\n(case ${example}, found in run ${outcome.numRuns} and reduced)`);
}

/** Seeds for the values of a case. */
export const seeds = fc.integer({ min: 0, max: 1_000_000 });

/** Shapes with sizes from 0 to 5. */
export function shapes(minRank = 0, maxRank = 4, minSize = 0): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: minSize, max: 5 }), { minLength: minRank, maxLength: maxRank });
}

/** A shape of rank 1 to 4 and one of its axes. */
export const shapeAndAxis: fc.Arbitrary<{ shape: Shape; axis: number }> = shapes(1).chain((shape) =>
  fc.record({ shape: fc.constant(shape), axis: fc.integer({ min: 0, max: shape.length - 1 }) }),
);

/** `count` shapes that broadcast to `shape`, each with axes of size 1 and without leading axes at random. */
export function broadcastable(count: number, maxRank = 4): fc.Arbitrary<{ shape: Shape; operands: Shape[] }> {
  return shapes(0, maxRank).chain((target) => {
    const operand = fc
      .record({
        dropped: fc.integer({ min: 0, max: target.length }),
        ones: fc.array(fc.boolean(), { minLength: target.length, maxLength: target.length }),
      })
      .map(({ dropped, ones }) => target.map((length, axis) => (ones[axis] ? 1 : length)).slice(dropped));
    return fc
      .array(operand, { minLength: count, maxLength: count })
      .map((operands) => ({ shape: broadcastAll(operands), operands }));
  });
}

function broadcastAll(operands: readonly Shape[]): Shape {
  return operands.reduce((a, b) => broadcastShapes('broadcast', a, b));
}
