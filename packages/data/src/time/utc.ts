export const second = 1_000;
export const hour = 3_600 * second;
export const day = 24 * hour;

/**
 * Milliseconds since 1970 of midnight in UTC. Months and days beyond their range carry over, as those of `Date.UTC`, which reads years below 100 as 19xx.
 * @param month from 0
 */
export function utc(year: number, month: number, dayOfMonth: number): number {
  return new Date(0).setUTCFullYear(year, month, dayOfMonth);
}

/** Days of a month. @param month from 0; may lie beyond the year */
export function daysInMonth(year: number, month: number): number {
  return new Date(utc(year, month + 1, 0)).getUTCDate();
}

/** What is left above the next lower multiple, also of numbers below 0. */
export function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/** Sunday is 0. */
export function weekdayOf(time: number): number {
  return modulo(Math.floor(time / day) + 4, 7);
}

/** The date in UTC, with the time of day unless it is midnight: `2024-03-31 02:00`. Seconds and milliseconds where there are any. */
export function formatTime(time: number): string {
  if (!Number.isFinite(new Date(time).getTime())) return String(time);
  const [date, clock] = new Date(time).toISOString().split('T') as [string, string];
  const shown = clock
    .replace('Z', '')
    .replace('.000', '')
    .replace(/^(\d\d:\d\d):00$/, '$1');
  return shown === '00:00' ? date : `${date} ${shown}`;
}
