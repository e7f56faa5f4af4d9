import { OptionError, type Random } from '@sluice/core';
import { checkRange } from './scores.ts';

export interface SampleOptions {
  /** Divides the logits: 1 draws as the model predicts, less is more cautious, 0 always takes the likeliest. At least 0. Default 1. */
  readonly temperature?: number | undefined;
  /** Draw among this many likeliest tokens alone (Fan et al. 2018), at least 1. Default all. */
  readonly topK?: number | undefined;
  /**
   * Draw among the fewest likeliest tokens whose probabilities, at the temperature and among the `topK`, add up to at least this (Holtzman
   * et al. 2020). Above 0, up to 1. Default 1: all.
   */
  readonly topP?: number | undefined;
}

/**
 * Draws the next token from the softmax of logits. Of equal logits the earlier token ranks first.
 * @param logits one number per token; -Infinity is never drawn unless all are
 * @param random one number is drawn, none at temperature 0
 * @returns the position of the token
 * @throws OptionError for an option outside its range, for no logits and for NaN
 * @example
 * const token = sampleToken([0.1, 2.5, -1], new Random(seed), { temperature: 0.8, topK: 2 });
 */
export function sampleToken(logits: ArrayLike<number>, random: Random, options: SampleOptions = {}): number {
  const { temperature = 1, topK = logits.length, topP = 1 } = options;
  check(logits, temperature, topK, topP);
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id;
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[best]!) / temperature));
  if (topK < logits.length || topP < 1) dropUnlikely(weights, topK, topP);
  let rest = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [id, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return id;
  }
  return best;
}

/** Sets the weights of all but the likeliest to 0. */
function dropUnlikely(weights: Float64Array, topK: number, topP: number): void {
  const order = Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]!);
  const share = topP * order.slice(0, topK).reduce((sum, id) => sum + weights[id]!, 0);
  let sum = 0;
  order.forEach((id, rank) => {
    if (rank >= topK || sum >= share) weights[id] = 0;
    else sum += weights[id]!;
  });
}

const operation = 'sampleToken';

function check(logits: ArrayLike<number>, temperature: number, topK: number, topP: number): void {
  if (logits.length === 0) {
    throw new OptionError({ operation, argument: 'logits', got: 'are empty', expected: 'at least one' });
  }
  for (let id = 0; id < logits.length; id++) {
    if (!Number.isNaN(logits[id])) continue;
    throw new OptionError({ operation, argument: `logits[${id}]`, got: 'is NaN', expected: 'a number' });
  }
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
    const got = `is ${temperature}`;
    throw new OptionError({ operation, argument: 'temperature', got, expected: 'a finite number of at least 0' });
  }
  checkRange(operation, 'topK', topK, 1, Number.POSITIVE_INFINITY);
  if (!(topP > 0 && topP <= 1)) {
    const got = `is ${topP}`;
    throw new OptionError({ operation, argument: 'topP', got, expected: 'a number above 0 and at most 1' });
  }
}
