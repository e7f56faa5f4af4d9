import { FormatError } from '@sluice/core';
import { detectFrequency } from './detect-frequency.ts';
import type { Frequency } from './frequency.ts';
import { day, formatTime, hour, weekdayOf } from './utc.ts';

/** A step that is not that of the frequency. */
export interface Gap {
  /** Of the time that does not follow; at least 1. */
  readonly row: number;
  /** The time in the row before, milliseconds since 1970. */
  readonly before: number;
  readonly time: number;
  /** What would have followed. */
  readonly expected: number;
  /** Whether an hour is missing or doubled on a weekend of spring or autumn: most likely the clocks were changed for daylight saving. */
  readonly clockChange: boolean;
}

/**
 * Where times do not follow each other evenly.
 * @param times milliseconds since 1970 in rising order
 * @param frequency default: what `detectFrequency` finds
 * @throws what `detectFrequency` throws, where there are at least two times
 */
export function findGaps(times: ArrayLike<number>, frequency?: Frequency): Gap[] {
  if (times.length < 2) return [];
  checkRising('findGaps', (row) => `times[${row}]`, times);
  const steps = frequency ?? detectFrequency(times);
  const gaps: Gap[] = [];
  for (let row = 1; row < times.length; row++) {
    const [before, time] = [times[row - 1]!, times[row]!];
    if (steps.follows(before, time)) continue;
    const expected = steps.next(before);
    gaps.push({ row, before, time, expected, clockChange: isClockChange(before, time, expected) });
  }
  return gaps;
}

/** In an error: that a time is not the one that was to follow. */
export function gapProblem(gap: Gap, { name }: Frequency): { readonly got: string; readonly expected: string } {
  const cause = gap.clockChange
    ? '. Most likely clocks were changed for daylight saving: write times in UTC or with their offsets'
    : '';
  return {
    got: `is ${formatTime(gap.time)} after ${formatTime(gap.before)}`,
    expected:
      gap.time === gap.expected ? `each time to be a ${name}` : `${formatTime(gap.expected)}, the next ${name}${cause}`,
  };
}

/**
 * Whether two times that follow each other look as if clocks were changed for daylight saving in between: an hour from what was expected, in March, April or
 * September to November, over a Saturday or Sunday (in UTC).
 * @param expected instead of `time`. Default: any time after `before`, so that a doubled hour is told without a frequency
 */
export function isClockChange(before: number, time: number, expected?: number): boolean {
  const hourOff = expected === undefined ? time <= before && before - time <= hour : Math.abs(time - expected) === hour;
  const month = new Date(time).getUTCMonth();
  const isWeekend = time - before > 2 * day || [before, time].some((of) => weekdayOf(of) % 6 === 0);
  return hourOff && isWeekend && [2, 3, 8, 9, 10].includes(month);
}

/**
 * @param argumentOf names a row in errors
 * @param repeats whether a time may stand in several rows. Default: it may not
 * @throws FormatError unless there is a time in every row, and each is after the one before
 */
export function checkRising(
  operation: string,
  argumentOf: (row: number) => string,
  times: ArrayLike<number>,
  repeats = false,
): void {
  const expected = `milliseconds since 1970 in rising order`;
  for (let row = 0; row < times.length; row++) {
    const [before, time] = [times[row - 1] ?? Number.NEGATIVE_INFINITY, times[row]!];
    if (Number.isNaN(new Date(time).getTime())) {
      const got = Number.isNaN(time) ? 'is missing' : `is ${String(time)}`;
      throw new FormatError({ operation, argument: argumentOf(row), got, expected });
    }
    if (repeats ? time >= before : time > before) continue;
    const cause = isClockChange(before, time)
      ? '. Most likely clocks were changed for daylight saving: write times in UTC or with their offsets'
      : '';
    const got = `is ${formatTime(time)}, which is not after the one before, ${formatTime(before)}`;
    throw new FormatError({ operation, argument: argumentOf(row), got, expected: `${expected}${cause}` });
  }
}
