import type { Random } from '@sluice/core';
import type { Image } from './image.ts';

/** How far a digit may be turned (radians), slanted, scaled (share) and shifted (pixels), either way. */
const most = { turn: 0.22, slant: 0.15, scale: 0.12, shift: 2 };

/** The same digit written a little differently. */
export function distort(image: Image, random: Random): Image {
  const { width, height } = image;
  const draw = (limit: number) => random.next() * 2 * limit - limit;
  const [turn, slant] = [draw(most.turn), draw(most.slant)];
  const [scaleX, scaleY] = [1 + draw(most.scale), 1 + draw(most.scale)];
  const [shiftX, shiftY] = [draw(most.shift), draw(most.shift)];
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const pixels = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = x - centreX - shiftX;
      const dy = y - centreY - shiftY;
      const down = (sin * dx + cos * dy) * scaleY;
      const across = (cos * dx - sin * dy) * scaleX + slant * down;
      pixels[y * width + x] = sample(image, centreX + across, centreY + down);
    }
  }
  return { width, height, pixels };
}

/** Between four pixels, weighted by how near they are. */
function sample(image: Image, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const below = y - top;
  const above = pixelAt(image, left, top) * (1 - right) + pixelAt(image, left + 1, top) * right;
  const under = pixelAt(image, left, top + 1) * (1 - right) + pixelAt(image, left + 1, top + 1) * right;
  return above * (1 - below) + under * below;
}

/** Paper outside. */
function pixelAt({ width, height, pixels }: Image, x: number, y: number): number {
  return x >= 0 && y >= 0 && x < width && y < height ? pixels[y * width + x]! : 0;
}
