import { OptionError } from '@sluice/core';
import { businessGrid, businessWeeks, fixedGrid, type Grid, monthGrid } from './grids.ts';
import { day, hour, modulo, second } from './utc.ts';

const monthly =
  (months: number, dayOfMonth: 1 | 31, phase: number, business = false) =>
  () =>
    monthGrid({ months, dayOfMonth, phase, business });

const grids = {
  second: (from) => fixedGrid(second, from),
  minute: (from) => fixedGrid(60 * second, from),
  hour: (from) => fixedGrid(hour, from),
  day: (from) => fixedGrid(day, from),
  businessDay: () => businessGrid(businessWeeks[0]!),
  // 5 January 1970 was a Monday.
  week: () => fixedGrid(7 * day, 4 * day),
  monthStart: monthly(1, 1, 0),
  monthEnd: monthly(1, 31, 0),
  businessMonthStart: monthly(1, 1, 0, true),
  businessMonthEnd: monthly(1, 31, 0, true),
  quarterStart: monthly(3, 1, 0),
  quarterEnd: monthly(3, 31, 2),
  yearStart: monthly(12, 1, 0),
  yearEnd: monthly(12, 31, 11),
} as const satisfies Record<string, (from: number) => Grid>;

/**
 * How often: fixed steps (`second` to `day`), Mondays (`week`), days from Monday to Friday (`businessDay`), first and last days of months, quarters from
 * January and years, and of months those that are neither Saturday nor Sunday (`businessMonthStart`, `businessMonthEnd`). All at midnight in UTC.
 */
export type FrequencyName = keyof typeof grids;

/** A longer step than this brings dates beyond those that there are. */
const longestStep = 1e6 * day;

/**
 * Points in time that follow each other by the calendar, in UTC: `detectFrequency` finds that of given times, `Frequency.of` makes one by name.
 * @example
 * const monthEnd = detectFrequency(['2024-01-31', '2024-02-29'].map((date) => Date.parse(date)));
 * console.assert(monthEnd.next(Date.parse('2024-02-29')) === Date.parse('2024-03-31'));
 */
export class Frequency {
  readonly #grid: Grid;

  /** @internal */
  constructor(grid: Grid) {
    this.#grid = grid;
  }

  /**
   * @param every a name, or a number of seconds above 0, in whole milliseconds
   * @param from where fixed steps begin that are counted in no other way, milliseconds since 1970. Default: the midnight of 1 January 1970
   * @throws OptionError for anything else
   */
  static of(every: FrequencyName | number, from = 0): Frequency {
    return frequencyOf('Frequency.of', every, from);
  }

  /** In words: `hour`, `30 minutes`, `business day`, `month end`, `quarter start`, `month (day 15)`. */
  get name(): string {
    return this.#grid.name;
  }

  /**
   * Steps after which a series is likely to repeat itself, the shortest first: after a day and a week where steps are shorter than a day, else after a week
   * and a year (rounded to whole steps), as far as they are whole numbers above 1. Hours: 24 and 168; half-hours: 48 and 336; days: 7 and 365; business days:
   * 5 and 261; weeks: 52; months: 12; quarters: 4; years: none.
   */
  get seasons(): readonly number[] {
    return this.#grid.seasons;
  }

  /**
   * The time `count` steps after another. Steps of the calendar end at its days and keep the time of day; the first ends at the first such day after that of
   * `time`, which need not be one itself. Steps of fixed length begin anywhere.
   * @param time milliseconds since 1970
   * @param count a whole number of at least 1
   * @throws OptionError for another count, and when there is no such date
   */
  next(time: number, count = 1): number {
    const operation = 'Frequency.next';
    if (!Number.isSafeInteger(count) || count < 1) {
      const expected = 'a whole number of at least 1';
      throw new OptionError({ operation, argument: 'count', got: `is ${count}`, expected });
    }
    const next = this.#next(time, count);
    if (!Number.isNaN(new Date(next).getTime())) return next;
    const got = `is ${time}, for ${count} steps of the frequency ${this.name}`;
    throw new OptionError({ operation, argument: 'time', got, expected: 'a date from which they lead to another' });
  }

  #next(time: number, count: number): number {
    if (this.#grid.step !== undefined) return time + count * this.#grid.step;
    const [clock, period] = [modulo(time, day), this.#grid.periodOf(time)];
    return this.#grid.at(this.#grid.at(period) > time - clock ? period - 1 + count : period + count) + clock;
  }

  /** Whether one time is the step after another; a step of the calendar begins at one of its days. */
  follows(before: number, time: number): boolean {
    if (this.#grid.step !== undefined) return time - before === this.#grid.step;
    const [clock, period] = [modulo(before, day), this.#grid.periodOf(before)];
    return this.#grid.at(period) + clock === before && this.#grid.at(period + 1) + clock === time;
  }

  /** @internal Whether steps are of the calendar, and so keep the time of day. */
  get isCalendar(): boolean {
    return this.#grid.step === undefined;
  }

  /** @internal The number of the period that holds a time, in which the next one has the next number. */
  periodOf(time: number): number {
    return this.#grid.periodOf(time);
  }

  /** @internal The point that stands for a period. */
  at(period: number): number {
    return this.#grid.at(period);
  }
}

/** `Frequency.of` for another function, whose argument it is. */
export function frequencyOf(operation: string, every: FrequencyName | number, from: number): Frequency {
  if (typeof every === 'string' && Object.hasOwn(grids, every)) return new Frequency(grids[every](from));
  const step = typeof every === 'number' ? every * second : Number.NaN;
  const whole = Math.round(step);
  // 0.1 seconds are no whole number of milliseconds in binary, but for rounding.
  if (whole > 0 && whole <= longestStep && Math.abs(step - whole) < 1e-6) return new Frequency(fixedGrid(whole, from));
  const got = `is ${typeof every === 'string' ? JSON.stringify(every) : String(every)}`;
  const expected = `${Object.keys(grids).join(', ')}, or a number of seconds, in whole milliseconds`;
  throw new OptionError({ operation, argument: 'every', got, expected });
}
