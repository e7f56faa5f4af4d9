/** A number for people: four significant digits, grouped from 10,000 on, whole numbers in full. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return size < 1e4 ? String(value) : value.toLocaleString('en-US');
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
  return value.toFixed(digits);
}

/** Milliseconds since 1970 as a date in UTC, with the time of day unless that is midnight. */
export function formatTime(milliseconds: number): string {
  const [date, time] = new Date(milliseconds).toISOString().split('T') as [string, string];
  return time.startsWith('00:00') ? date : `${date} ${time.slice(0, 5)}`;
}

export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** At most `count` whole numbers from 0 to `length` - 1, evenly spread, with both ends. */
export function sampleIndices(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}
