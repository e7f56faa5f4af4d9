import { IndexError, OptionError, quote, Random, ShapeError, sizeOf, type TensorData } from '@sluice/core';

/**
 * Shares of the whole by name, each above 0, that add up to 1: `{ train: 0.9, validation: 0.05, test: 0.05 }`. No name is a whole number, for which objects do not
 * keep their order.
 */
export type Fractions<Name extends string> = Readonly<Record<Name, number>>;

/** Anything that is cut along its length: strings (by UTF-16 unit), arrays and typed arrays. */
export interface Sliceable<Part> {
  readonly length: number;
  slice(start: number, end: number): Part;
}

/**
 * Cuts into consecutive parts, in the order of the names. Part boundaries are the cumulative fractions of the length, rounded; the parts do not
 * overlap and cover everything. For what is ordered in time, where a shuffle would let the future leak into the training part.
 * @param items a string, an array, a typed array, or host data, which is cut along its first axis
 * @throws OptionError when the fractions are not above 0 or do not add up to 1, or a name is a whole number; ShapeError when a part would be empty
 */
export function splitInOrder<Name extends string>(
  items: TensorData,
  fractions: Fractions<Name>,
): Record<Name, TensorData>;
export function splitInOrder<Name extends string>(items: string, fractions: Fractions<Name>): Record<Name, string>;
export function splitInOrder<Name extends string, Part extends Sliceable<Part>>(
  items: Part,
  fractions: Fractions<Name>,
): Record<Name, Part>;
export function splitInOrder<Name extends string, Item>(
  items: readonly Item[],
  fractions: Fractions<Name>,
): Record<Name, Item[]>;
export function splitInOrder<Name extends string>(
  items: TensorData | Sliceable<unknown>,
  fractions: Fractions<Name>,
): Record<Name, unknown> {
  const rows = isTensorData(items) ? items : undefined;
  const length = rows === undefined ? (items as Sliceable<unknown>).length : (rows.shape[0] ?? 0);
  const ranges = rangesOf('splitInOrder', length, fractions);
  return mapParts(ranges, (range) =>
    rows === undefined ? (items as Sliceable<unknown>).slice(range.start, range.end) : sliceRows(rows, range),
  );
}

/**
 * Cuts a seeded shuffle of the items into parts, with the sizes of `splitInOrder`. The parts do not overlap and cover everything.
 * @param seed a whole number from 0 to 2^53 - 1
 * @throws as `splitInOrder`
 */
export function splitShuffled<Name extends string, Item>(
  items: readonly Item[],
  fractions: Fractions<Name>,
  seed: number,
): Record<Name, Item[]> {
  const ranges = rangesOf('splitShuffled', items.length, fractions);
  const order = new Random(seed).fork('split').permutation(items.length);
  return mapParts(ranges, ({ start, end }) => Array.from(order.subarray(start, end), (index) => items[index]!));
}

/** Rows from `start` up to `end`, which is left out. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Consecutive parts of `length` rows; see `splitInOrder`. */
export function rangesOf<Name extends string>(
  operation: string,
  length: number,
  fractions: Fractions<Name>,
  argument = 'items',
): readonly (readonly [Name, RowRange])[] {
  const entries = Object.entries(fractions) as [Name, number][];
  const whole = entries.find(([name]) => /^(?:0|[1-9]\d*)$/.test(name))?.[0];
  if (whole !== undefined) {
    const expected = `no whole numbers, which objects put first whatever order they are written in: "y${whole}"`;
    throw new OptionError({ operation, argument: 'fractions', got: `has the name ${quote(whole)}`, expected });
  }
  const total = entries.reduce((sum, [, fraction]) => sum + fraction, 0);
  if (!entries.every(([, fraction]) => fraction > 0) || !(Math.abs(total - 1) < 1e-9)) {
    throw new OptionError({
      operation,
      argument: 'fractions',
      got: `are ${entries.map(([name, fraction]) => `${name} ${fraction}`).join(', ')}`,
      expected: 'numbers above 0 that add up to 1',
    });
  }
  let share = 0;
  let start = 0;
  return entries.map(([name, fraction], i) => {
    share += fraction;
    const end = i === entries.length - 1 ? length : Math.round(share * length);
    if (end <= start) {
      throw new ShapeError({
        operation,
        argument,
        got: `has length ${length}, which leaves ${name} empty`,
        expected: 'enough for every part',
      });
    }
    const range: RowRange = { start, end };
    start = end;
    return [name, range] as const;
  });
}

function mapParts<Name extends string, Part>(
  ranges: readonly (readonly [Name, RowRange])[],
  cut: (range: RowRange) => Part,
): Record<Name, Part> {
  return Object.fromEntries(ranges.map(([name, range]) => [name, cut(range)])) as Record<Name, Part>;
}

function isTensorData(items: TensorData | Sliceable<unknown>): items is TensorData {
  return typeof items === 'object' && 'dtype' in items;
}

/**
 * Some of the rows of host data, copied: those of its first axis from `start` up to `end`.
 * @throws IndexError when the range does not lie within the rows
 */
export function sliceRows(data: TensorData, { start, end }: RowRange): TensorData {
  const [rows = 0, ...inner] = data.shape;
  checkRange('sliceRows', 'range', { start, end }, rows);
  const size = sizeOf(inner);
  return { dtype: data.dtype, shape: [end - start, ...inner], data: data.data.slice(start * size, end * size) };
}

/** @throws IndexError unless the range lies within `rows` rows */
export function checkRange(operation: string, argument: string, { start, end }: RowRange, rows: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= rows) return;
  const expected = `whole numbers from 0 to ${rows} in order`;
  throw new IndexError({ operation, argument, got: `is ${start} to ${end}`, expected });
}
