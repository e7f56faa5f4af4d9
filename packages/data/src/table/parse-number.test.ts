import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NumberFormat, numberParser, parseNumber } from './parse-number.ts';

test('numbers are those of Number, but for what is no decimal', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parseNumber(String(value))).toBe(Object.is(value, -0) ? 0 : value);
    }),
  );
  for (const text of ['', ' ', '0x10', '1,000', 'Infinity', '1e999', '1.2.3', '.', 'e5', '1e', '+', '1 2', '--1']) {
    expect(parseNumber(text)).toBeUndefined();
  }
  expect([' 1 ', '+1.', '.5', '1E3', '\t1', '\u00a01\u2003'].map(parseNumber)).toEqual([1, 1, 0.5, 1000, 1, 1]);
});

test('in every format, a number reads as it was written', () => {
  const marks = fc.constantFrom<NumberFormat>(
    { decimal: ',' },
    { decimal: ',', thousands: '.' },
    { decimal: ',', thousands: ' ' },
    { thousands: ',' },
    { thousands: "'" },
    { thousands: '_' },
  );
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.boolean(), marks, (value, isGrouped, format) => {
      const [whole = '', ...rest] = String(value).split(/(?=[.e])/);
      const { decimal = '.', thousands } = format;
      const grouped = isGrouped && thousands ? whole.replace(/\B(?=(\d{3})+$)/g, thousands) : whole;
      expect(numberParser(format)(grouped + rest.join('').replace('.', decimal))).toBe(Number(String(value)));
    }),
  );
});

test.each<[string, NumberFormat, readonly string[]]>([
  ['a decimal comma', { decimal: ',' }, ['1.5', '1.000,5', '1,5,6', '1,000.5']],
  ['commas for thousands', { thousands: ',' }, ['1,5', '12,34', '1,2345', '1234,567', ',123', '1,,234', '1.234,567']],
  ['points for thousands', { decimal: ',', thousands: '.' }, ['1.5', '1,234.5', '1.2345', '1.234.56']],
  ['blanks for thousands', { thousands: ' ' }, ['1 5', '1  234', '1\t234']],
])('with %s, refuses what that is not', (_, format, texts) => {
  for (const text of texts) expect(numberParser(format)(text), text).toBeUndefined();
});

test('blanks and apostrophes of all kinds', () => {
  const [blank, apostrophe] = [numberParser({ thousands: ' ', decimal: ',' }), numberParser({ thousands: "'" })];
  for (const mark of [' ', '\u00a0', '\u202f', '\u2009'])
    expect(blank(` -1${mark}234${mark}567,5 `)).toBe(-1_234_567.5);
  for (const mark of ["'", '\u2019']) expect(apostrophe(`1${mark}234.5`)).toBe(1234.5);
});

test('long texts that are nearly numbers', () => {
  // A pattern that tries each way to share the digits out would take days.
  const digits = '1'.repeat(4_000_000);
  const formats: NumberFormat[] = [{}, { decimal: ',' }, { thousands: ',' }, { decimal: ',', thousands: '.' }];
  for (const format of formats) {
    const parse = numberParser(format);
    for (const text of [`${digits}x`, `${digits}.${digits}x`, `${digits}e${digits}x`, '1,234'.repeat(1_000_000)]) {
      expect(parse(text)).toBeUndefined();
    }
    expect(parse(`1${' '.repeat(4_000_000)}x`)).toBeUndefined();
    expect(parse(`1${',234'.repeat(1_000_000)}5`)).toBeUndefined();
  }
}, 60_000);
