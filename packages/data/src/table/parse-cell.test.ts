import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDate } from './parse-cell.ts';

test('dates are those of ISO 8601, in UTC', () => {
  const date = fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') });
  fc.assert(
    fc.property(
      date.filter((d) => !Number.isNaN(d.getTime())),
      (d) => {
        const iso = d.toISOString();
        expect(parseDate(iso)).toBe(d.getTime());
        expect(parseDate(iso.replace('T', ' ').slice(0, 19))).toBe(Math.floor(d.getTime() / 1000) * 1000);
        expect(parseDate(iso.slice(0, 10).replaceAll('-', '/'))).toBe(Date.parse(iso.slice(0, 10)));
      },
    ),
  );
  expect(parseDate('2024-05')).toBe(Date.UTC(2024, 4, 1));
  expect(parseDate('2024-05-01T01:00-0330')).toBe(Date.UTC(2024, 4, 1, 4, 30));
  for (const text of [
    '2023-02-29',
    '2024-13-01',
    '2024-01-01T24:00',
    '2024-1-1',
    '01/02/2024',
    '2024',
    '2024-01-01T10',
    '2024-01/01',
    '2024-01-01T10:60',
    '2024-01-01T10:00:60',
    '2024-02-30',
    '2024-04-31',
    '2024-00-01',
    '2024-01-00',
    '2100-02-29',
    '2016-12-31T23:59:60Z',
    '2024-01-01T10:00+99:99',
    '2024-01-01T10:00+24:00',
    '2024-01-01T10:00-05:60',
    '2024-01-01T10:00+5',
    '2024-01-0530',
    '2024-05T10:00',
  ]) {
    expect(parseDate(text)).toBeUndefined();
  }
});

test('years below 100 are those years, offsets go to 23:59, and fractions to the millisecond', () => {
  // The proleptic Gregorian calendar: 0001-01-01 is 719,162 days before 1970, the year 0 has 366.
  expect(parseDate('0001-01-01')).toBe(-719_162 * 86_400_000);
  expect(parseDate('0000-01-01')).toBe(-(719_162 + 366) * 86_400_000);
  expect(parseDate('0000-02-29')).toBe(-(719_162 + 366 - 59) * 86_400_000);
  expect(parseDate('0099-12-31T23:59:59.999Z')).toBe(Date.parse('0099-12-31T23:59:59.999Z'));
  expect(parseDate('2024-01-01T00:00+23:59')).toBe(Date.UTC(2023, 11, 31, 0, 1));
  expect(parseDate('2024-01-01T00:00-2359')).toBe(Date.UTC(2024, 0, 1, 23, 59));
  expect(parseDate('2000-02-29 12:00 +14:00')).toBe(Date.UTC(2000, 1, 28, 22));
  for (let ms = 0; ms < 1000; ms++) {
    expect(parseDate(`1970-01-01T00:00:00.${String(ms).padStart(3, '0')}999Z`)).toBe(ms);
  }
});
