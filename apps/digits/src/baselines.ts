import { argMax, matMul } from '@sluice/autograd';
import type { Device } from '@sluice/core';
import { exampleBatches } from '@sluice/data';
import { Linear } from '@sluice/layers';
import { Adam, crossEntropy, fit, oneCycle } from '@sluice/training';
import { classes } from './classes.ts';
import { centreDigit, crop, type Image, size } from './image.ts';
import type { Sample } from './mnist.ts';

const pixels = size * size;

function flatten(images: readonly Image[]): Float32Array {
  const data = new Float32Array(images.length * pixels);
  for (const [i, image] of images.entries()) data.set(image.pixels, i * pixels);
  return data;
}

/** The digit that most of the three nearest training pictures show, by Euclidean distance; the nearest one's if all differ. */
export async function nearestNeighbours(
  device: Device,
  train: readonly Sample[],
  images: readonly Image[],
): Promise<number[]> {
  const known = device.tensor(flatten(train.map(({ image }) => image)), { shape: [train.length, pixels] });
  const squares = train.map(({ image }) => image.pixels.reduce((sum, value) => sum + value * value, 0));
  const found: number[] = [];
  for (let begin = 0; begin < images.length; begin += 100) {
    const part = images.slice(begin, begin + 100);
    const products = device.scope(() => {
      const asked = device.tensor(flatten(part), { shape: [part.length, pixels] });
      return matMul(asked, known, { transposeB: true });
    });
    const data = await products.data();
    products.dispose();
    for (let row = 0; row < part.length; row++) {
      found.push(vote(nearestOf(squares, data.subarray(row * train.length, (row + 1) * train.length)), train));
    }
  }
  known.dispose();
  return found;
}

/** Where the three of the smallest |k|² - 2 k·x stand, which is the squared distance but for |x|². */
function nearestOf(squares: readonly number[], products: ArrayLike<number>): number[] {
  const best = [-1, -1, -1];
  const distances = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  squares.forEach((square, i) => {
    const distance = square - 2 * products[i]!;
    if (distance >= distances[2]!) return;
    const at = distances.findIndex((other) => distance < other);
    distances.splice(at, 0, distance);
    best.splice(at, 0, i);
    distances.length = 3;
    best.length = 3;
  });
  return best;
}

function vote(neighbours: readonly number[], train: readonly Sample[]): number {
  const [first, second, third] = neighbours.map((i) => train[i]?.labels[0] as number) as [number, number, number];
  return second === third ? second : first;
}

/** Softmax regression on the pixels: one linear layer, five passes. */
export async function linearClassifier(
  device: Device,
  train: readonly Sample[],
  images: readonly Image[],
): Promise<number[]> {
  using model = new Linear(device, { inputSize: pixels, outputSize: classes.length });
  const optimizer = new Adam(model.parameters(), { learningRate: 0.005 });
  const scoresOf = (pictures: readonly Image[]) =>
    model.call(device.tensor(flatten(pictures), { shape: [pictures.length, pixels] }));
  const data = exampleBatches(train, { batchSize: 50, seed: 1, collate: (examples) => examples });
  const epochs = 5;
  const events = fit<Sample[]>({
    model,
    optimizer,
    data,
    epochs,
    loss: (batch) =>
      crossEntropy(
        scoresOf(batch.map(({ image }) => image)),
        device.tensor(Int32Array.from(batch, ({ labels }) => labels[0]!)),
      ),
    schedule: oneCycle({ maximum: 0.005, steps: epochs * data.batchesPerEpoch }),
  });
  for await (const _ of events);
  optimizer.dispose();
  const best = device.scope(() => argMax(scoresOf(images), 1));
  const labels = [...(await best.data())];
  best.dispose();
  return labels;
}

/** Cuts a string at its columns of paper. */
export function cutAtGaps(image: Image): Image[] {
  const { width, height, pixels: ink } = image;
  const pieces: Image[] = [];
  let begin = 0;
  for (let x = 0; x <= width; x++) {
    const paper =
      x === width || Array.from({ length: height }, (_, y) => ink[y * width + x]).every((value) => value! < 0.2);
    if (!paper) continue;
    const piece = x > begin ? centreDigit(crop(image, { x: begin, y: 0, width: x - begin, height })) : undefined;
    if (piece) pieces.push(piece);
    begin = x + 1;
  }
  return pieces;
}
