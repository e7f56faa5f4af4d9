import { visible } from '@sluice/core';
import { type Image, size } from './image.ts';

/** A line for people; what a terminal would obey is made visible, for names and texts come from files of unknown origin. */
export function print(text = ''): void {
  process.stdout.write(`${visible(text)}\n`);
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** A picture in characters, two for each pixel so that it keeps its shape. */
export function drawText({ width, pixels }: Image): string {
  const shades = [' ', '·', '░', '▒', '▓', '█'];
  const characters = Array.from(pixels, (value) => shades[Math.round(value * (shades.length - 1))]!.repeat(2));
  const rows = Array.from({ length: size }, (_, y) => characters.slice(y * width, (y + 1) * width).join(''));
  return rows.map((row) => row.trimEnd()).join('\n');
}
