import { maximumOf } from '@sluice/core';
import type { Scores } from '@sluice/decoding';
import { ctcBeamDecode, ctcGreedyDecode } from '@sluice/decoding';
import { evaluationBatches } from './batches.ts';
import type { Sample } from './mnist.ts';
import type { DigitNetwork } from './model.ts';
import type { Batch } from './steps.ts';

/** What a network sees on a picture. */
export interface Reading {
  /** Of a digit the likeliest class; of a string what beam search finds. */
  readonly labels: readonly number[];
  /** Of these labels, from 0 to 1. */
  readonly probability: number;
  /** What following the likeliest path finds. */
  readonly greedy: readonly number[];
}

/** Reads pictures in the order given. */
export async function readAll(network: DigitNetwork, samples: readonly Sample[]): Promise<Reading[]> {
  network.eval();
  const readings: Reading[] = [];
  for await (const batch of evaluationBatches(network.task, samples).epoch(0)) {
    const scores = await scoresOf(network, batch);
    const found = network.task === 'digit' ? readDigits(scores) : readStrings(scores, batch.lengths);
    for (const reading of found) readings.push(reading);
  }
  return readings;
}

/** What the network gives for a batch, on the host. */
export async function scoresOf(network: DigitNetwork, { inputs, lengths }: Batch): Promise<Scores> {
  const logits = network.device.scope(() => network.call(network.device.tensor(inputs), lengths));
  const scores = { data: await logits.data(), shape: logits.shape };
  logits.dispose();
  return scores;
}

/** The likeliest class of each row, with its softmax. */
function readDigits({ data, shape }: Scores): Reading[] {
  const [rows, width] = shape as readonly [number, number];
  return Array.from({ length: rows }, (_, row) => {
    const scores = Array.from({ length: width }, (_, i) => data[row * width + i]!);
    const highest = maximumOf(scores);
    const probability = 1 / scores.reduce((sum, score) => sum + Math.exp(score - highest), 0);
    const labels = [scores.indexOf(highest)];
    return { labels, probability, greedy: labels };
  });
}

function readStrings(scores: Scores, lengths: Int32Array): Reading[] {
  const digitsOf = (labels: readonly number[]) => labels.map((label) => label - 1);
  const paths = ctcGreedyDecode(scores, { lengths });
  return ctcBeamDecode(scores, { lengths }).map(([best], i) => ({
    labels: digitsOf(best!.labels),
    probability: Math.exp(best!.logProbability),
    greedy: digitsOf(paths[i]!.labels),
  }));
}
