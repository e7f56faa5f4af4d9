import { FormatError, OptionError, quote } from '@sluice/core';
import { day, daysInMonth, utc } from '../time/utc.ts';
import type { Column } from './column.ts';
import { Table } from './table.ts';

/** A cycle of the calendar, in UTC. */
export type CalendarPart = 'hour' | 'dayOfWeek' | 'dayOfMonth' | 'dayOfYear' | 'month';

/** `cyclic`: sine and cosine of the place in the cycle. `oneHot`: a column of zeros and ones for each value. */
export type CalendarEncoding = 'cyclic' | 'oneHot';

interface Cycle {
  /** Values of the one-hot form. */
  readonly size: number;
  /** The value of a date, counted from 0. */
  value(date: Date): number;
  /** How much of the cycle has passed, from 0 up to 1. */
  share(date: Date): number;
}

const cycles: Record<CalendarPart, Cycle> = {
  hour: {
    size: 24,
    value: (date) => date.getUTCHours(),
    // Minutes and seconds count: half-hours differ.
    share: (date) => (((date.getTime() % day) + day) % day) / day,
  },
  dayOfWeek: {
    size: 7,
    value: mondayBased,
    share: (date) => mondayBased(date) / 7,
  },
  dayOfMonth: {
    size: 31,
    value: (date) => date.getUTCDate() - 1,
    share: (date) => (date.getUTCDate() - 1) / daysInMonth(date.getUTCFullYear(), date.getUTCMonth()),
  },
  dayOfYear: {
    size: 366,
    value: dayOfYear,
    share: (date) => dayOfYear(date) / (337 + daysInMonth(date.getUTCFullYear(), 1)),
  },
  month: {
    size: 12,
    value: (date) => date.getUTCMonth(),
    share: (date) => date.getUTCMonth() / 12,
  },
};

function mondayBased(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - utc(date.getUTCFullYear(), 0, 1)) / day);
}

/**
 * Features of the calendar, which are known for the future too. All are of UTC, so that the machine's time zone makes no difference.
 * - Cyclic parts give `<part>.sin` and `<part>.cos`, of 2 pi times the share of the cycle that has passed: of the day (`hour`, to the
 *   millisecond), of the week from Monday, of the month and of the year in whole days (28 to 31, 365 or 366), of the year in whole months.
 * - One-hot parts give `<part>.0`, `<part>.1` and so on: hours, days from Monday, days of the month from the first, days of the year from
 *   1 January, months from January.
 *
 * @param dates milliseconds since 1970, as `table.dates` gives them
 * @returns number columns, in the order of the parts
 * @example
 * const features = calendarFeatures([Date.UTC(2024, 0, 1, 6)], { hour: 'cyclic', dayOfWeek: 'oneHot' });
 * @throws FormatError when a date is missing; OptionError for an unknown part or encoding
 */
export function calendarFeatures(
  dates: ArrayLike<number>,
  parts: Readonly<Partial<Record<CalendarPart, CalendarEncoding | undefined>>>,
): Table {
  const days = Array.from(dates, (time, row) => {
    const date = new Date(time);
    if (!Number.isNaN(date.getTime())) return date;
    const problem = { operation: 'calendarFeatures', argument: `dates[${row}]`, got: `is ${time}` };
    throw new FormatError({ ...problem, expected: 'milliseconds since 1970' });
  });
  const wanted = Object.entries(parts).filter((entry): entry is [string, CalendarEncoding] => entry[1] !== undefined);
  return new Table(wanted.flatMap(([part, encoding]) => encode(part, encoding, days)));
}

function encode(part: string, encoding: CalendarEncoding, days: readonly Date[]): (readonly [string, Column])[] {
  if (!Object.hasOwn(cycles, part)) {
    const problem = { operation: 'calendarFeatures', argument: 'parts', got: `names ${quote(part)}` };
    throw new OptionError({ ...problem, expected: Object.keys(cycles).join(', ') });
  }
  const { size, value, share } = cycles[part as CalendarPart];
  const column = (name: string | number, of: (date: Date) => number): readonly [string, Column] => [
    `${part}.${name}`,
    { type: 'number', values: Float64Array.from(days, of) },
  ];
  switch (encoding) {
    case 'cyclic':
      return [
        column('sin', (date) => Math.sin(2 * Math.PI * share(date))),
        column('cos', (date) => Math.cos(2 * Math.PI * share(date))),
      ];
    case 'oneHot':
      return Array.from({ length: size }, (_, wanted) => column(wanted, (date) => (value(date) === wanted ? 1 : 0)));
    default: {
      const problem = { operation: 'calendarFeatures', argument: `parts.${part}`, got: `is ${String(encoding)}` };
      throw new OptionError({ ...problem, expected: 'cyclic or oneHot' });
    }
  }
}
