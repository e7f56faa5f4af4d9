export const second = 1_000;
export const day = 86_400 * second;

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
