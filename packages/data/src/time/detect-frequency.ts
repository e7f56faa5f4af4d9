import { FormatError, maximumOf } from '@sluice/core';
import { Frequency } from './frequency.ts';
import { businessGrid, businessWeeks, fixedGrid, type Grid, monthGrid, monthNumber } from './grids.ts';
import { checkRising } from './rising.ts';
import { day, modulo, weekdayOf } from './utc.ts';

/** Of the steps, so many must be those of the frequency. */
const leastShare = 0.5;

/**
 * The frequency that most steps between times follow: by the calendar (business days, months, quarters, years, at their start, their end or another day, which
 * in shorter months is the last) or by the clock. Some times may be missing, as holidays are; `findGaps` tells where. Two times suffice, and are read as
 * months where both may be: 31 January and 29 February are ends of months. Days are business days where a weekend is left out, and those of other weekdays,
 * named `day (Mon, Wed, Fri)`, where each of these was seen twice.
 * @param times milliseconds since 1970 in rising order, at least two
 * @param source names the times in errors, e.g. the file and column that they came from
 * @example
 * const days = ['2024-01-04', '2024-01-05', '2024-01-08'].map((date) => Date.parse(date));
 * console.assert(detectFrequency(days).name === 'business day');
 * @throws FormatError naming the first time that is missing or not after the one before, when there are fewer than two, or when less than half of the steps
 * follow one frequency
 */
export function detectFrequency(times: ArrayLike<number>, source = 'detectFrequency'): Frequency {
  return frequencyIn(source, 'times', times);
}

/** `detectFrequency` for another function, whose argument the times are. */
export function frequencyIn(operation: string, argument: string, times: ArrayLike<number>): Frequency {
  checkRising(operation, (row) => `${argument}[${row}]`, times);
  if (times.length < 2) {
    throw new FormatError({ operation, argument, got: `has ${times.length} entries`, expected: 'at least two' });
  }
  let best: { readonly grid: Grid; readonly steps: number } | undefined;
  for (const grid of candidatesOf(times)) {
    const steps = countSteps(times, grid);
    if (best === undefined || steps > best.steps) best = { grid, steps };
  }
  const all = times.length - 1;
  if (best !== undefined && best.steps >= leastShare * all) return new Frequency(best.grid);
  const got = best
    ? `has ${best.grid.name} as its most frequent step, at ${best.steps} of ${all}`
    : 'has no steps of whole milliseconds';
  throw new FormatError({ operation, argument, got, expected: 'at least half of the steps alike: resample first' });
}

function countSteps(times: ArrayLike<number>, grid: Grid): number {
  const frequency = new Frequency(grid);
  let count = 0;
  for (let row = 1; row < times.length; row++) if (frequency.follows(times[row - 1]!, times[row]!)) count++;
  return count;
}

/** What the times may follow, the likeliest first where several fit. */
function candidatesOf(times: ArrayLike<number>): Grid[] {
  const rows = Array.from(times);
  return [...monthGrids(rows), ...businessGrids(rows), ...fixedGrids(rows)];
}

function monthGrids(times: readonly number[]): Grid[] {
  const numbers = times.map(monthNumber);
  const months = mostFrequent(steps(numbers));
  if (months < 1) return [];
  const days = times.map((time) => new Date(time).getUTCDate());
  const latest = days.reduce((most, one) => Math.max(most, one));
  const rule = { months, phase: mostFrequent(numbers.map((month) => modulo(month, months))) };
  return [
    ...[...new Set([31, mostFrequent(days), latest])].map((dayOfMonth) => monthGrid({ ...rule, dayOfMonth })),
    ...[1, 31].map((dayOfMonth) => monthGrid({ ...rule, dayOfMonth, business: true })),
  ];
}

function businessGrids(times: readonly number[]): Grid[] {
  return [...businessWeeks.map((weekdays) => businessGrid(weekdays)), ...ownWeek(times)].filter((grid) =>
    times.some((time, row) => row > 0 && leavesOut(grid, times[row - 1]!, time)),
  );
}

const weekdayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** The weekdays that times keep to, if there are such: each at least half as often as the most frequent one. */
function ownWeek(times: readonly number[]): Grid[] {
  const counts = weekdayNames.map(() => 0);
  for (const time of times) counts[weekdayOf(time)]!++;
  const least = Math.max(2, maximumOf(counts) / 2);
  const weekdays = [...counts.keys()].filter((weekday) => counts[weekday]! >= least);
  if (weekdays.length < 2 || weekdays.length === 7) return [];
  return [businessGrid(weekdays, `day (${weekdays.map((weekday) => weekdayNames[weekday]).join(', ')})`)];
}

/** Whether days without business lie between two that follow each other. */
function leavesOut(grid: Grid, before: number, time: number): boolean {
  const [first, second] = [midnightOf(before), midnightOf(time)];
  const period = grid.periodOf(second);
  return grid.at(period) === second && grid.at(period - 1) === first && second - first > day;
}

function midnightOf(time: number): number {
  return time - modulo(time, day);
}

function fixedGrids(times: readonly number[]): Grid[] {
  const step = mostFrequent(steps(times));
  return Number.isSafeInteger(step) ? [fixedGrid(step, times.at(-1)!)] : [];
}

function steps(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => value - values[i]!);
}

/** The least of those that occur most often. */
function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let [best, most] = [Number.NaN, 0];
  for (const [value, count] of counts) {
    if (count > most || (count === most && value < best)) [best, most] = [value, count];
  }
  return best;
}
