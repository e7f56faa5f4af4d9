import type { Device } from '@sluice/core';
import { cutAtGaps, linearClassifier, nearestNeighbours } from './baselines.ts';
import type { Digits, Sample } from './mnist.ts';
import type { Task } from './model.ts';
import { type Score, scoreOf } from './score.ts';

/** What simple methods that know the same digits reach on the samples, by name. */
export async function measureBaselines(
  device: Device,
  task: Task,
  digits: Digits,
  samples: readonly Sample[],
): Promise<Record<string, Score>> {
  const score = (found: readonly (readonly number[])[]) =>
    scoreOf(
      found.map((labels) => ({ labels, greedy: labels, probability: 1 })),
      samples,
    );
  if (task === 'digit') {
    const images = samples.map(({ image }) => image);
    const nearest = await nearestNeighbours(device, digits.train, images);
    const linear = await linearClassifier(device, digits.train, images);
    return {
      '3 nearest neighbours': score(nearest.map((label) => [label])),
      linear: score(linear.map((label) => [label])),
    };
  }
  const pieces = samples.map(({ image }) => cutAtGaps(image));
  const labels = await nearestNeighbours(device, digits.train, pieces.flat());
  let at = 0;
  const found = pieces.map(({ length }) => {
    at += length;
    return labels.slice(at - length, at);
  });
  return { 'cut at gaps, 3 nearest neighbours': score(found) };
}
