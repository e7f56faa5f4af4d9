import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDate, parseNumber } from './parse-cell.ts';

test('numbers are those of Number, but for what is no decimal', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parseNumber(String(value))).toBe(Object.is(value, -0) ? 0 : value);
    }),
  );
  for (const text of ['', ' ', '0x10', '1,000', 'Infinity', '1e999', '1.2.3', '.', 'e5']) {
    expect(parseNumber(text)).toBeUndefined();
  }
  expect([' 1 ', '+1.', '.5', '1E3'].map(parseNumber)).toEqual([1, 1, 0.5, 1000]);
});

test('dates are those of ISO 8601, in UTC', () => {
  const date = fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') });
  fc.assert(
    fc.property(
      date.filter((d) => d.getUTCFullYear() > 99 && !Number.isNaN(d.getTime())),
      (d) => {
        const iso = d.toISOString();
        expect(parseDate(iso)).toBe(d.getTime());
        expect(parseDate(iso.replace('T', ' ').slice(0, 19))).toBe(Math.floor(d.getTime() / 1000) * 1000);
        expect(parseDate(iso.slice(0, 10).replaceAll('-', '/'))).toBe(
          Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()),
        );
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
  ]) {
    expect(parseDate(text)).toBeUndefined();
  }
});
