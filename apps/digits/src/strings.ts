import { Random } from '@sluice/core';
import { distort } from './augment.ts';
import { boxOfInk, crop, paste, size } from './image.ts';
import type { Sample } from './mnist.ts';

/** Digits in a string, at least and at most. */
const lengths = [3, 6] as const;
/** Columns of paper between two digits: below 0 their boxes overlap. */
const gaps = [-2, 8] as const;
const margins = [2, 6] as const;
/** Rows that a digit stands higher or lower. */
const rises = [-2, 2] as const;

const between = (random: Random, [least, most]: readonly [number, number]) => random.integer(least, most + 1);

export function drawLength(random: Random): number {
  return between(random, lengths);
}

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

/** Strings of random digits, by number of digits if given; the same for the same seed. */
export function drawString(digits: readonly Sample[], random: Random, count: number, distorted: boolean): Sample {
  const drawn = Array.from({ length: count }, () => {
    const digit = digits[random.integer(0, digits.length)];
    return distorted ? { ...digit, image: distort(digit.image, random) } : digit;
  });
  return compose(drawn, random);
}

/** Strings to measure with: `count` of 3 to 6 digits, as they were written, the same for the same seed. */
export function makeStrings(digits: readonly Sample[], count: number, seed: number): Sample[] {
  const strings = new Random(seed).fork('strings');
  return Array.from({ length: count }, (_, i) => {
    const random = strings.fork(i);
    return drawString(digits, random, drawLength(random), false);
  });
}
