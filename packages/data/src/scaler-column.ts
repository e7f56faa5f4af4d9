import { FormatError, meanOf, RootMeanSquare } from '@sluice/core';

export const scalingMethods = ['standard', 'minMax', 'robust', 'log1p', 'none'] as const;

/** How the numbers x of a column become (x - shift) / scale; `log1p` first takes log(1 + x). */
export type ScalingMethod = (typeof scalingMethods)[number];

/** What was fitted for one column. */
export interface ColumnScaling {
  readonly method: ScalingMethod;
  readonly shift: number;
  /** Above 0. */
  readonly scale: number;
}

const smallestNormal = 2 ** -1022;

/** @throws FormatError when the column has no scale that numbers can be divided by */
export function fitColumn(
  operation: string,
  method: ScalingMethod,
  column: number,
  values: Float64Array,
): ColumnScaling {
  const refuse = (got: string, expected: string): never => {
    throw new FormatError({ operation, argument: `column ${column}`, got, expected });
  };
  if (method === 'none') return { method, shift: 0, scale: 1 };
  if (values.length === 0) refuse('has no number', 'some');
  const infinite = values.find((value) => !Number.isFinite(value));
  if (infinite !== undefined) refuse(`holds ${infinite}`, 'finite numbers');
  if (method === 'log1p') {
    const small = values.find((value) => value <= -1);
    if (small !== undefined) refuse(`holds ${small}`, 'numbers above -1 for log1p');
  }
  const [low, high] = rangeOf(values);
  const leave = 'leave it out, or give it the method none';
  if (low === high) refuse(`is ${low} in every row`, `at least two different numbers: ${leave}`);
  const measured = method === 'log1p' ? values.map(Math.log1p) : values;
  const [least, greatest] = method === 'log1p' ? rangeOf(measured) : [low, high];
  const { shift, scale } = measure(method, measured, least, greatest);
  if (![(least - shift) / scale, (greatest - shift) / scale, scale].every(Number.isFinite) && scale !== 0) {
    refuse(`runs from ${low} to ${high}, further than numbers reach`, 'numbers in a larger unit');
  }
  if (scale === 0 && least !== greatest)
    refuse(`has no spread that ${method} can measure around ${shift}`, 'another method');
  if (scale < smallestNormal && least !== greatest) {
    refuse(`spreads by ${scale}, less than the smallest normal number`, `numbers in a smaller unit, or ${leave}`);
  }
  // A least number is exact, a mean or median is rounded.
  if (method === 'minMax' || scale > Number.EPSILON * 4 * Math.abs(shift)) return { method, shift, scale };
  const what = method === 'log1p' ? `log1p, which is about ${shift}` : `${shift}`;
  return refuse(
    `runs from ${low} to ${high}, which is lost in the rounding of ${what}`,
    `a larger spread: subtract ${low} in the data, ${leave}`,
  );
}

function rangeOf(values: Float64Array): readonly [number, number] {
  let [least, greatest] = [values[0]!, values[0]!];
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}

function measure(
  method: Exclude<ScalingMethod, 'none'>,
  values: Float64Array,
  least: number,
  greatest: number,
): { shift: number; scale: number } {
  switch (method) {
    case 'log1p':
    case 'standard': {
      const shift = meanOf(values);
      return { shift, scale: deviation(values, shift) };
    }
    case 'minMax':
      return { shift: least, scale: greatest - least };
    case 'robust': {
      const sorted = values.toSorted();
      return { shift: quantile(sorted, 0.5), scale: quantile(sorted, 0.75) - quantile(sorted, 0.25) };
    }
  }
}

/**
 * The standard deviation of the population in two passes, corrected for what the rounded mean is off (Chan, Golub and LeVeque, "Algorithms for computing
 * the sample variance", The American Statistician 37, 1983, eq. 1.7).
 */
function deviation(values: Float64Array, mean: number): number {
  const differences = values.map((value) => value - mean);
  const square = new RootMeanSquare();
  for (const difference of differences) square.add(difference);
  const root = square.value;
  return root > 0 ? root * Math.sqrt(1 - (meanOf(differences) / root) ** 2) : 0;
}

/** Interpolated linearly between the two nearest ranks (Hyndman & Fan 1996, definition 7). */
function quantile(sorted: Float64Array, probability: number): number {
  const rank = probability * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (rank - below) * (sorted[above]! - sorted[below]!);
}
