import { Random } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { distort } from './augment.ts';
import { boxOfInk, centreDigit, centreLine, crop, type Image, paste, resize } from './image.ts';
import { drawText } from './output.ts';
import { bar, draw } from './testing/support.ts';

const mass = ({ pixels }: Image) => pixels.reduce((sum, value) => sum + value, 0);

it('finds, crops and pastes ink', () => {
  const image = draw('....', '.##.', '..#.');
  const box = boxOfInk(image);
  expect(box).toEqual({ x: 1, y: 1, width: 2, height: 2 });
  const ink = crop(image, box!);
  expect([...ink.pixels]).toEqual([1, 1, 0, 1]);
  expect([
    ...paste(3, 2, [
      { image: ink, x: -1, y: 0 },
      { image: ink, x: 2, y: 1 },
    ]).pixels,
  ]).toEqual([1, 0, 0, 1, 0, 1]);
  expect(boxOfInk(draw('..', '..'))).toBeUndefined();
});

it('resizes by the mean of what is covered', () => {
  expect([...resize(draw('##..', '#...'), 2, 1).pixels]).toEqual([0.75, 0]);
  expect([...resize(draw('#.#'), 2, 1).pixels].map((value) => value.toFixed(4))).toEqual(['0.6667', '0.6667']);
  expect([...resize(draw('#.'), 4, 2).pixels]).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
});

describe('what MNIST does to a digit', () => {
  it('scales its ink into 20 pixels and centres its mass', () => {
    const digit = centreDigit(resize(bar(20, 4), 84, 84)) as Image;
    expect(digit.width).toBe(28);
    expect(boxOfInk(digit)).toEqual({ x: 12, y: 4, width: 4, height: 20 });
  });

  it('makes a line as high', () => {
    const line = centreLine(resize(bar(2, 10), 56, 56)) as Image;
    expect([line.width, line.height]).toEqual([18, 28]);
    expect(boxOfInk(line)).toEqual({ x: 4, y: 4, width: 10, height: 20 });
  });

  it('finds no ink on paper', () => {
    expect(centreDigit(draw('....'))).toBeUndefined();
    expect(centreLine(draw('....'))).toBeUndefined();
  });
});

it('distorts by the seed, and keeps a digit a digit', () => {
  const image = bar(12, 4);
  const once = distort(image, new Random(1));
  expect(distort(image, new Random(1))).toEqual(once);
  expect(distort(image, new Random(2))).not.toEqual(once);
  for (let seed = 0; seed < 50; seed++) {
    const other = distort(image, new Random(seed));
    expect(mass(other) / mass(image)).toBeGreaterThan(0.75);
    expect(mass(other) / mass(image)).toBeLessThan(1.35);
    expect(Math.max(...other.pixels)).toBeLessThanOrEqual(1);
  }
});

it('draws a picture in characters', () => {
  const lines = drawText(bar(1, 2)).split('\n');
  expect(lines).toHaveLength(28);
  expect(lines[4]).toBe('  ████');
  expect(lines[0]).toBe('');
});
