/** A picture in shades of grey. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** Row by row, from 0 for paper to 1 for ink. */
  readonly pixels: Float32Array;
}

/** From column `x` and row `y` on, `width` columns and `height` rows. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Height and width of a picture of MNIST. */
export const size = 28;
/** Height and width of the box that MNIST's digits were scaled to. */
const inkSize = 20;

export function crop(image: Image, { x, y, width, height }: Box): Image {
  const pixels = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const begin = (y + row) * image.width + x;
    pixels.set(image.pixels.subarray(begin, begin + width), row * width);
  }
  return { width, height, pixels };
}

/** The smallest box with all pixels above `least`; `undefined` where there are none. */
export function boxOfInk({ width, height, pixels }: Image, least = 0.2): Box | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(pixels[y * width + x]! > least)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** Another size; each new pixel is the mean of what it covers. */
export function resize(image: Image, width: number, height: number): Image {
  const wide = new Float32Array(width * image.height);
  const rows = sharesOf(image.height, height);
  const columns = sharesOf(image.width, width);
  for (let y = 0; y < image.height; y++) {
    columns.forEach((shares, x) => {
      for (const [from, share] of shares) wide[y * width + x]! += share * image.pixels[y * image.width + from]!;
    });
  }
  const pixels = new Float32Array(width * height);
  rows.forEach((shares, y) => {
    for (const [from, share] of shares) {
      for (let x = 0; x < width; x++) pixels[y * width + x]! += share * wide[from * width + x]!;
    }
  });
  return { width, height, pixels };
}

/** Which old places each of the new ones covers, with the share of each. */
function sharesOf(before: number, after: number): (readonly [from: number, share: number])[][] {
  const ratio = before / after;
  return Array.from({ length: after }, (_, i) => {
    const [begin, end] = [i * ratio, Math.min(before, (i + 1) * ratio)];
    const shares: (readonly [number, number])[] = [];
    for (let from = Math.floor(begin); from < end; from++) {
      shares.push([from, (Math.min(end, from + 1) - Math.max(begin, from)) / ratio]);
    }
    return shares;
  });
}

/** A blank picture with others on it, where ink covers paper. */
export function paste(width: number, height: number, parts: readonly { image: Image; x: number; y: number }[]): Image {
  const pixels = new Float32Array(width * height);
  for (const { image, x: left, y: top } of parts) {
    for (let y = Math.max(0, -top); y < Math.min(image.height, height - top); y++) {
      for (let x = Math.max(0, -left); x < Math.min(image.width, width - left); x++) {
        const at = (top + y) * width + left + x;
        pixels[at] = Math.max(pixels[at]!, image.pixels[y * image.width + x]!);
      }
    }
  }
  return { width, height, pixels };
}

/**
 * A digit as MNIST has them: ink scaled into 20 x 20 pixels, its centre of mass in the middle of 28 x 28. `undefined` where there is no ink.
 */
export function centreDigit(image: Image): Image | undefined {
  const box = boxOfInk(image);
  if (!box) return undefined;
  const scale = inkSize / Math.max(box.width, box.height);
  const ink = resize(crop(image, box), scaled(box.width, scale), scaled(box.height, scale));
  let [mass, x, y] = [0, 0, 0];
  ink.pixels.forEach((value, i) => {
    mass += value;
    x += value * (i % ink.width);
    y += value * Math.floor(i / ink.width);
  });
  const middle = (size - 1) / 2;
  return paste(size, size, [{ image: ink, x: Math.round(middle - x / mass), y: Math.round(middle - y / mass) }]);
}

/** A line of digits, its ink 20 pixels high in the middle of 28, with 4 columns of paper at either end. `undefined` where there is no ink. */
export function centreLine(image: Image): Image | undefined {
  const box = boxOfInk(image);
  if (!box) return undefined;
  const ink = resize(crop(image, box), scaled(box.width, inkSize / box.height), inkSize);
  const margin = (size - inkSize) / 2;
  return paste(ink.width + 2 * margin, size, [{ image: ink, x: margin, y: margin }]);
}

function scaled(length: number, scale: number): number {
  return Math.max(1, Math.round(length * scale));
}
