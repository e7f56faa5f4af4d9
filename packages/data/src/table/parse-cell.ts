const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const date =
  /^(\d{4})([-/])(\d{2})(?:\2(\d{2}))?(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/;

/** A decimal number, or undefined: no empty text, no hexadecimal, no thousands separators, nothing infinite. */
export function parseNumber(cell: string): number | undefined {
  const text = cell.trim();
  if (!number.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * Milliseconds since 1970 of an ISO 8601 date, with `-` or `/`, with or without day, time and zone, or undefined. Without a zone it is UTC,
 * so that the time zone of the machine makes no difference.
 */
export function parseDate(cell: string): number | undefined {
  const match = date.exec(cell.trim());
  if (!match) return undefined;
  const [, year, , month, day = '1', hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const [m, d, h, min, s] = [month, day, hour, minute, second].map(Number);
  const time = Date.UTC(Number(year), m! - 1, d, h, min, s, Math.floor(Number(`0.${fraction}0`) * 1000));
  const parsed = new Date(time);
  // Date.UTC carries 30 February over into March, and reads years below 100 as 19xx.
  const isDay = parsed.getUTCFullYear() === Number(year) && parsed.getUTCMonth() === m! - 1;
  if (!isDay || h! > 23 || min! > 59 || s! > 59 || parsed.getUTCHours() !== h) return undefined;
  return time - minutesOf(zone) * 60_000;
}

/** Minutes that a zone such as `+05:30` is ahead of UTC. */
function minutesOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
