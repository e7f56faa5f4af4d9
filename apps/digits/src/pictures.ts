import { maximumOf } from '@sluice/core';
import { type HeatMap, type HeatSection, rowsOf } from '@sluice/report';
import { classes } from './classes.ts';
import { type Image, paste, size } from './image.ts';
import type { Sample } from './mnist.ts';
import type { DigitNetwork } from './model.ts';
import { type Reading, scoresOf } from './read.ts';
import { makeBatch, stepsOf } from './steps.ts';

/** A picture as a heat map, upright: what runs from left to right is its columns. */
function pictureMap(name: string, { width, height, pixels }: Image): HeatMap {
  const column = (x: number) => Array.from({ length: height }, (_, y) => pixels[y * width + x]!);
  return { name, values: Array.from({ length: width }, (_, x) => column(x)) };
}

/** Pictures side by side, as wide as each is. */
export function pictureRow(title: string, note: string, samples: readonly Sample[]): HeatSection {
  const width = samples.reduce((sum, { image }) => sum + image.width, 0);
  let x = 0;
  const parts = samples.map(({ image }) => {
    x += image.width;
    return { image, x: x - image.width, y: 0 };
  });
  return { kind: 'heat', title, note, maps: [pictureMap('ink', paste(width, size, parts))] };
}

/** Strings below each other, with what was written and what was read. */
export function pictureLines(title: string, samples: readonly Sample[], readings: readonly Reading[]): HeatSection {
  const width = maximumOf(samples.map(({ image }) => image.width));
  const maps = samples.map(({ image, labels }, i) => {
    const name = `${labels.join('')} read as ${readings[i]!.labels.join('') || 'nothing'}`;
    return pictureMap(name, paste(width, size, [{ image, x: 0, y: 0 }]));
  });
  return { kind: 'heat', title, maps };
}

/** What goes on inside a network while it reads a picture, step by step. */
export async function insideMaps(network: DigitNetwork, sample: Sample): Promise<HeatSection> {
  const { device, task, recurrent } = network;
  const batch = makeBatch(task, [sample]);
  const steps = stepsOf(task, sample.image);
  const perStep = steps.shape[1]! / size;
  const picture = rowsOf(steps.data, steps.shape[1]!).map((pixels) =>
    Array.from({ length: size }, (_, y) => {
      const cells = Array.from({ length: perStep }, (_, column) => pixels[column * size + y]!);
      return cells.reduce((sum, value) => sum + value, 0) / perStep;
    }),
  );
  const maps: HeatMap[] = [{ name: 'ink', values: picture }];
  if (task === 'string') {
    const { data, shape } = await scoresOf(network, batch);
    const probabilities = rowsOf(data, shape[2]!).map(softmax);
    maps.push({
      name: `probability of ${classes.join(', ')} (below each other)`,
      values: probabilities.map((row) => row.slice(1)),
    });
    maps.push({ name: 'probability of the blank', values: probabilities.map(([blank]) => [blank!]) });
  }
  for (const { direction, layer, activations } of recurrent.inspect(device.tensor(batch.inputs))) {
    for (const [gate, tensor] of Object.entries(activations)) {
      const values = rowsOf(await tensor.data(), recurrent.hiddenSize);
      tensor.dispose();
      const isGate = !['candidate', 'cell', 'hidden'].includes(gate);
      maps.push({ name: `${direction} layer ${layer + 1}, ${gate}`, values, ...(!isGate && { range: [-1, 1] }) });
    }
  }
  const way =
    task === 'digit'
      ? 'row by row (time, from left to right, is the picture from top to bottom)'
      : 'from left to right';
  return {
    kind: 'heat',
    title: `How a ${sample.labels.join('')} is read`,
    note: `The picture ${way}, and gates and states of all units.`,
    maps,
  };
}

function softmax(scores: readonly number[]): number[] {
  const highest = maximumOf(scores);
  const weights = scores.map((score) => Math.exp(score - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
