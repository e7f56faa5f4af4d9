import { FormatError } from '@sluice/core';
import { day, formatTime, hour, weekdayOf } from './utc.ts';

/**
 * Whether two times that follow each other look as if clocks were changed for daylight saving in between: an hour from what was expected, in March, April or
 * September to November, over a Saturday or Sunday (in UTC).
 * @param expected instead of `time`. Default: any time after `before`, so that a doubled hour is told without a frequency; midnight
 * is none, for that is how days are written
 */
export function isClockChange(before: number, time: number, expected?: number): boolean {
  const repeats = time <= before && before - time <= hour && time % day !== 0;
  const hourOff = expected === undefined ? repeats : Math.abs(time - expected) === hour;
  const month = new Date(time).getUTCMonth();
  const isWeekend = time - before > 2 * day || [before, time].some((of) => weekdayOf(of) % 6 === 0);
  return hourOff && isWeekend && [2, 3, 8, 9, 10].includes(month);
}

/** In an error, after what was expected. */
export const clockChangeCause =
  '. Most likely clocks were changed for daylight saving: write times in UTC or with their offsets';

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
  const expected = 'milliseconds since 1970 in rising order';
  for (let row = 0; row < times.length; row++) {
    const [before, time] = [times[row - 1] ?? Number.NEGATIVE_INFINITY, times[row]!];
    if (Number.isNaN(new Date(time).getTime())) {
      const got = Number.isNaN(time) ? 'is missing' : `is ${String(time)}`;
      throw new FormatError({ operation, argument: argumentOf(row), got, expected });
    }
    if (repeats ? time >= before : time > before) continue;
    const cause = isClockChange(before, time) ? clockChangeCause : '';
    const got = `is ${formatTime(time)}, which is not after the one before, ${formatTime(before)}`;
    throw new FormatError({ operation, argument: argumentOf(row), got, expected: `${expected}${cause}` });
  }
}
