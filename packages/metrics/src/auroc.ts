import { OptionError, readOptions } from '@sluice/core';
import {
  checkFinite,
  checkLength,
  countOf,
  eachCounted,
  type MaskOptions,
  maskDefaults,
  type Values,
} from './values.ts';

/**
 * The area under the receiver operating characteristic: how probably a positive example has a higher score than a negative one, where equal scores
 * count half (Hanley and McNeil 1982). From 0 to 1; 0.5 is chance.
 * @param scores any numbers that grow with the belief in the positive class, logits as well as probabilities
 * @param labels 0 or 1
 * @throws ShapeError, OptionError for unequal lengths, a score that is not finite, a label that is neither, and when a class is missing
 */
export function auroc(scores: Values, labels: ArrayLike<number | boolean>, options?: MaskOptions): number {
  const operation = 'auroc';
  const { mask } = readOptions(operation, options, maskDefaults);
  const count = countOf(operation, 'labels', labels);
  checkLength(operation, 'scores', scores, count, 'as labels');
  const order: number[] = [];
  let positives = 0;
  eachCounted(operation, count, mask, (i) => {
    checkFinite(operation, 'scores', scores, i);
    const label = Number(labels[i]);
    if (label !== 0 && label !== 1) {
      throw new OptionError({ operation, argument: `labels[${i}]`, got: `is ${labels[i]}`, expected: '0 or 1' });
    }
    positives += label;
    order.push(i);
  });
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) {
    const got = `hold ${positives} positive and ${negatives} negative examples`;
    throw new OptionError({ operation, argument: 'labels', got, expected: 'at least one of each' });
  }
  order.sort((i, j) => scores[i]! - scores[j]!);
  let wins = 0;
  let negativesBelow = 0;
  for (let begin = 0, end = 0; begin < order.length; begin = end) {
    let tied = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[begin]!]; end++)
      tied += Number(labels[order[end]!]);
    const tiedNegatives = end - begin - tied;
    wins += tied * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
  }
  return wins / (positives * negatives);
}
