import { Random } from '@sluice/core';
import { distort } from './augment.ts';
import { boxOfInk, crop, paste, size } from './image.ts';
import type { Sample } from './mnist.ts';

/** Digits in a string, at least and at most. */
const lengths = [3, 6] as const;
/** CTC learns sooner where a digit stands when some strings are short. */
const trainingLengths = [1, 6] as const;
/** Columns of paper between two digits: below 0 their boxes overlap. */
const gaps = [-2, 8] as const;
const margins = [2, 6] as const;
/** Rows that a digit stands higher or lower. */
const rises = [-2, 2] as const;

const between = (random: Random, [least, most]: readonly [number, number]) => random.integer(least, most + 1);

/** Writes digits side by side, with varying space between them. */
export function compose(digits: readonly Sample[], random: Random): Sample {
  let x = between(random, margins);
  const parts = digits.map(({ image }, i) => {
    if (i > 0) x += between(random, gaps);
    const { x: left, width } = boxOfInk(image) ?? { x: 0, width: size };
    const part = {
      image: crop(image, { x: left, y: 0, width, height: size }),
      x: Math.max(0, x),
      y: between(random, rises),
    };
    x = part.x + width;
    return part;
  });
  return { image: paste(x + between(random, margins), size, parts), labels: digits.flatMap(({ labels }) => labels) };
}

function draw(digits: readonly Sample[], count: number, random: Random): Sample[] {
  return Array.from({ length: count }, () => digits[random.integer(0, digits.length)]!);
}

/** Strings to train on, of distorted digits; all of as many digits, so that there is little padding. */
export function drawStrings(digits: readonly Sample[], count: number, random: Random): Sample[] {
  const length = between(random, trainingLengths);
  return Array.from({ length: count }, () => {
    const drawn = draw(digits, length, random);
    return compose(
      drawn.map(({ image, labels }) => ({ image: distort(image, random), labels })),
      random,
    );
  });
}

/** Strings to measure with, of 3 to 6 digits as they were written; the same for the same seed. */
export function makeStrings(digits: readonly Sample[], count: number, seed: number): Sample[] {
  const strings = new Random(seed).fork('strings');
  return Array.from({ length: count }, (_, i) => {
    const random = strings.fork(i);
    return compose(draw(digits, between(random, lengths), random), random);
  });
}
