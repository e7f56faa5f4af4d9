import type { TensorData } from '@sluice/core';
import { padSequences } from '@sluice/data';
import { type Image, size } from './image.ts';
import type { Task } from './model.ts';

/** Columns of a string that are read at once: more make the sequence shorter, and too many leave CTC too few steps. */
const columnsPerStep = 2;

/** Pixels of a step. */
export const inputSizes: Readonly<Record<Task, number>> = { digit: size, string: columnsPerStep * size };

/** A picture as a sequence: a digit row by row from the top, a string by pairs of columns from the left. [time, pixels] */
export function stepsOf(task: Task, { width, height, pixels }: Image): TensorData {
  if (task === 'digit') return { dtype: 'float32', shape: [height, width], data: pixels };
  const time = Math.ceil(width / columnsPerStep);
  const data = new Float32Array(time * columnsPerStep * height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) data[x * height + y] = pixels[y * width + x]!;
  }
  return { dtype: 'float32', shape: [time, columnsPerStep * height], data };
}

export interface Batch {
  /** [time, batch, pixels] */
  readonly inputs: TensorData;
  /** [batch] */
  readonly lengths: Int32Array;
  /** Of each picture. */
  readonly labels: readonly (readonly number[])[];
}

export function makeBatch(task: Task, samples: readonly { image: Image; labels: readonly number[] }[]): Batch {
  const { values, lengths } = padSequences(samples.map(({ image }) => stepsOf(task, image)));
  return { inputs: values, lengths, labels: samples.map(({ labels }) => labels) };
}
