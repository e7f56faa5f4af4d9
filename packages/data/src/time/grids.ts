import { day, daysInMonth, modulo, utc, weekdayOf } from './utc.ts';

/** Points in time that are numbered in their order; those of the calendar are midnights. */
export interface Grid {
  /** What tells two kinds of grids apart, e.g. `month end`. */
  readonly name: string;
  /** Steps after which a series is likely to repeat itself, the shortest first. */
  readonly seasons: readonly number[];
  /** The number of the period that holds a time: from one point up to the next, or the months whose start or end is the point. */
  periodOf(time: number): number;
  /** The point that stands for a period. */
  at(period: number): number;
  /** The length of all steps, wherever they begin; the calendar has none. */
  readonly step?: number | undefined;
}

const daysOfYear = 365.25;
const units = [
  ['week', 7 * day],
  ['day', day],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const;

/** @param step in whole milliseconds; @param origin one of the points */
export function fixedGrid(step: number, origin: number): Grid {
  const [unit, size] = units.find(([, of]) => step % of === 0) ?? units[5];
  // Two weeks are 14 days: the larger unit only where it stands alone.
  const [shown, count] = unit === 'week' && step > size ? ['day', step / day] : [unit, step / size];
  const cycles = step < day ? [day, 7 * day] : [7 * day];
  const year = step < day ? [] : [Math.round((daysOfYear * day) / step)];
  return {
    name: count === 1 ? shown : `${count} ${shown}s`,
    seasons: [...cycles.filter((cycle) => cycle % step === 0).map((cycle) => cycle / step), ...year].filter(
      (n) => n > 1,
    ),
    periodOf: (time) => Math.floor((time - origin) / step),
    at: (period) => origin + period * step,
    step,
  };
}

/** Days of the week on which business is done, from Sunday, 0. */
export const businessWeeks: readonly (readonly number[])[] = [
  [1, 2, 3, 4, 5],
  [0, 1, 2, 3, 4],
  [1, 2, 3, 4, 5, 6],
];

/** @param weekdays from Sunday, 0, in rising order */
export function businessGrid(weekdays: readonly number[], name = 'business day'): Grid {
  const { length } = weekdays;
  return {
    name,
    seasons: [length, Math.round((daysOfYear * length) / 7)],
    periodOf: (time) => {
      const since = Math.floor(time / day) + 4;
      const weekday = modulo(since, 7);
      return Math.floor(since / 7) * length + weekdays.filter((of) => of <= weekday).length - 1;
    },
    at: (period) => (Math.floor(period / length) * 7 + weekdays[modulo(period, length)]! - 4) * day,
  };
}

/** The place of a month among all: that of January of the year 0 is 0. */
export function monthNumber(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export interface MonthRule {
  /** From one point to the next. */
  readonly months: number;
  /** Day of the month; the last one where the month is shorter. */
  readonly dayOfMonth: number;
  /** The first or last day that is neither Saturday nor Sunday; for the days 1 and 31. */
  readonly business?: boolean | undefined;
  /** `monthNumber` of one of the points. */
  readonly phase: number;
}

export function monthGrid({ months, dayOfMonth, business = false, phase }: MonthRule): Grid {
  const place = dayOfMonth === 31 ? 'end' : dayOfMonth === 1 ? 'start' : undefined;
  const at = (period: number) => {
    const month = phase + period * months;
    const [year, inYear] = [Math.floor(month / 12), modulo(month, 12)];
    const midnight = utc(year, inYear, Math.min(dayOfMonth, daysInMonth(year, inYear)));
    return midnight + (business ? toBusiness(weekdayOf(midnight), place) : 0) * day;
  };
  const unit = { 1: 'month', 3: 'quarter', 12: 'year' }[months] ?? `${months} months`;
  return {
    name: `${business ? 'business ' : ''}${unit} ${place ?? `(day ${dayOfMonth})`}`,
    seasons: 12 % months === 0 && months < 12 ? [12 / months] : [],
    periodOf: (time) => {
      const periods = (monthNumber(time) - phase) / months;
      const period = place === 'end' ? Math.ceil(periods) : Math.floor(periods);
      return place === undefined && at(period) > time ? period - 1 : period;
    },
    at,
  };
}

/** Days to the nearest day inside the month that is neither Saturday nor Sunday. */
function toBusiness(weekday: number, place: 'start' | 'end' | undefined): number {
  if (weekday === 6) return place === 'end' ? -1 : 2;
  if (weekday === 0) return place === 'end' ? -2 : 1;
  return 0;
}
