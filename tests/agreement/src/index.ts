import { createJsBackend } from '@sluice/backend-js';
import type { Backend } from '@sluice/core';
import { train } from './train.ts';

const steps = 200;

export interface Agreement {
  /** Of each step, in float32 on the backend. */
  readonly losses: readonly number[];
  /** Of each step, in float64 on backend-js. */
  readonly expected: readonly number[];
  /** The largest |loss - expected| / expected, NaN if one is NaN, and the step at which it came. */
  readonly difference: number;
  readonly step: number;
}

/**
 * Trains one seeded LSTM for 200 steps on a backend, and in float64 on backend-js. `difference` is at most `agreementTolerance` on a backend that is right.
 * @param backend disposed at the end
 */
export async function agreement(backend: Backend): Promise<Agreement> {
  const losses = await train(backend, 'float32', steps);
  const expected = await train(createJsBackend(), 'float64', steps);
  const differences = expected.map((loss, i) => Math.abs(losses[i]! - loss) / loss);
  const difference = Math.max(...differences);
  return { losses, expected, difference, step: differences.findIndex((each) => Object.is(each, difference)) };
}

export const agreementTolerance = 1e-4;
