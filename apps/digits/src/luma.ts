/** Positions of the pixels of the border, row by row. */
export function borderOf(width: number, height: number): number[] {
  const places: number[] = [];
  for (let y = 0; y < height; y++) {
    const isEdge = y === 0 || y === height - 1;
    for (let x = 0; x < width; x += isEdge ? 1 : Math.max(1, width - 1)) places.push(y * width + x);
  }
  return places;
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/**
 * Luma (Rec. 601) from 0 to 255 of pixels of red, green, blue and alpha, laid on a ground on which they show: on the colour of the border, or where the
 * border is transparent on black or white, whichever differs more from what is drawn.
 */
export function lumaOf(data: Uint8Array, width: number, height: number): Float32Array {
  const luma = new Float32Array(width * height);
  let [sum, weight] = [0, 0];
  for (let i = 0; i < luma.length; i++) {
    const [red, green, blue, alpha] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!, data[4 * i + 3]!];
    luma[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
    sum += alpha * luma[i]!;
    weight += alpha;
  }
  const opaque = borderOf(width, height).filter((i) => data[4 * i + 3]! >= 128);
  const isTransparent = 2 * opaque.length < borderOf(width, height).length;
  const contrast = sum > 127.5 * weight ? 0 : 255;
  const ground = isTransparent ? contrast : medianOf(opaque.map((i) => luma[i]!));
  return luma.map((value, i) => ground + (data[4 * i + 3]! / 255) * (value - ground));
}
