import { OptionError, type Random, readOptions } from '@sluice/core';
import { argMax, checkRange } from './scores.ts';

export interface SampleOptions {
  /** Divides the logits: 1 draws as the model predicts, less is more cautious, 0 always takes the likeliest. At least 0. Default 1. */
  readonly temperature?: number | undefined;
  /** Draw among this many likeliest tokens alone (Fan et al. 2018), at least 1. Default Infinity: all. */
  readonly topK?: number | undefined;
  /**
   * Draw among the fewest likeliest tokens whose probabilities, at the temperature and among the `topK`, add up to at least this (Holtzman
   * et al. 2020). Above 0, up to 1. Default 1: all. Logits are rounded, so a sum that misses it by a millionth (a thousandth of it, or of the rest, where
   * that is less) reaches it.
   */
  readonly topP?: number | undefined;
}

/**
 * Draws the next token from the softmax of logits. Of equal logits the earlier token ranks first.
 * @param logits one number per token; -Infinity is never drawn
 * @param random one number is drawn, none at temperature 0
 * @returns the position of the token
 * @throws OptionError for an option outside its range, for no logits, for NaN and Infinity, and when all are -Infinity
 * @example
 * const token = sampleToken([0.1, 2.5, -1], new Random(seed), { temperature: 0.8, topK: 2 });
 */
export function sampleToken(logits: ArrayLike<number>, random: Random, options?: SampleOptions): number {
  const { temperature, topK, topP } = readOptions(operation, options, {
    temperature: 1,
    topK: Number.POSITIVE_INFINITY,
    topP: 1,
  });
  checkOptions(temperature, topK, topP);
  checkLogits(logits);
  if (typeof random?.next !== 'function') {
    throw new OptionError({ operation, argument: 'random', got: 'is none', expected: 'a Random' });
  }
  const best = argMax(logits);
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[best]!) / temperature));
  if (topK < logits.length || topP < 1) dropUnlikely(weights, logits, topK, topP);
  let rest = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [id, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return id;
  }
  return best;
}

/** Sets the weights of all but the likeliest to 0. */
function dropUnlikely(weights: Float64Array, logits: ArrayLike<number>, topK: number, topP: number): void {
  // By the logits: a high temperature makes equal weights of them.
  const order = Array.from(weights.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const total = order.slice(0, topK).reduce((sum, id) => sum + weights[id]!, 0);
  const share = (topP - Math.min(1e-6, topP / 1000, (1 - topP) / 1000)) * total;
  let sum = 0;
  order.forEach((id, rank) => {
    if (rank >= topK || (topP < 1 && sum >= share)) weights[id] = 0;
    else sum += weights[id]!;
  });
}

const operation = 'sampleToken';

function checkLogits(logits: ArrayLike<number>): void {
  if (!Number.isInteger(logits?.length)) {
    const expected = 'an array of numbers, such as await tensor.data()';
    throw new OptionError({ operation, argument: 'logits', got: 'are none', expected });
  }
  if (logits.length === 0) {
    throw new OptionError({ operation, argument: 'logits', got: 'are empty', expected: 'at least one' });
  }
  let drawable = false;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit < Number.POSITIVE_INFINITY)) {
      throw new OptionError({
        operation,
        argument: `logits[${id}]`,
        got: `is ${logit}`,
        expected: 'a number below Infinity',
      });
    }
    drawable ||= logit > Number.NEGATIVE_INFINITY;
  }
  if (drawable) return;
  throw new OptionError({ operation, argument: 'logits', got: 'are all -Infinity', expected: 'one that can be drawn' });
}

function checkOptions(temperature: number, topK: number, topP: number): void {
  if (!(Number.isFinite(temperature) && temperature >= 0)) {
    const got = `is ${temperature}`;
    throw new OptionError({ operation, argument: 'temperature', got, expected: 'a finite number of at least 0' });
  }
  if (topK !== Number.POSITIVE_INFINITY) checkRange(operation, 'topK', topK, 1, Number.POSITIVE_INFINITY);
  if (!(typeof topP === 'number' && topP > 0 && topP <= 1)) {
    const got = `is ${topP}`;
    throw new OptionError({ operation, argument: 'topP', got, expected: 'a number above 0 and at most 1' });
  }
}
