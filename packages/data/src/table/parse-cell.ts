import { daysInMonth, utc } from '../time/utc.ts';

const date =
  /^(\d{4})([-/])(\d{2})(?:\2(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date of the years 0000 to 9999, with `-` or `/`, with or without day, time and zone, or undefined. Without a
 * zone it is UTC, so that the time zone of the machine makes no difference. Zones go to 23:59, as in RFC 3339. The hour 24 and leap seconds are no dates.
 */
export function parseDate(cell: string): number | undefined {
  const match = date.exec(cell.trim());
  if (!match) return undefined;
  const [, years, , months, days = '01', hours = '00', minutes = '00', seconds = '00', fraction = '', zone = 'Z'] =
    match;
  const [year, month, dayOfMonth] = [Number(years), Number(months) - 1, Number(days)];
  if (month < 0 || month > 11 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) return undefined;
  const [time, ahead] = [minutesOf(hours, minutes), zone === 'Z' ? 0 : minutesOf(zone.slice(1, 3), zone.slice(-2))];
  if (time === undefined || ahead === undefined || Number(seconds) > 59) return undefined;
  const milliseconds = Number(seconds) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return utc(year, month, dayOfMonth) + (time - (zone.startsWith('-') ? -ahead : ahead)) * 60_000 + milliseconds;
}

/** Undefined beyond 23:59. */
function minutesOf(hours: string, minutes: string): number | undefined {
  const [h, min] = [Number(hours), Number(minutes)];
  return h > 23 || min > 59 ? undefined : h * 60 + min;
}
