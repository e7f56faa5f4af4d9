import { expect, test } from 'vitest';
import { detectFrequency } from './detect-frequency.ts';
import { findGaps, gapProblem } from './gaps.ts';
import { checkRising } from './rising.ts';

const words = (text: string) =>
  text
    .trim()
    .split(/\s+/)
    .map((date) => Date.parse(date.length > 10 ? `${date}Z` : date));
const first = (text: string) => {
  const dates = words(text);
  const [gap] = findGaps(dates);
  const { got, expected } = gapProblem(gap!, detectFrequency(dates));
  return `row ${gap!.row} ${got}, expected ${expected}`;
};

test('even times have no gaps, by the calendar', () => {
  for (const dates of [
    '2024-01-31 2024-02-29 2024-03-31',
    '2024-01-01 2024-04-01 2024-07-01',
    '2024-01-04 2024-01-05 2024-01-08',
    '2020-02-29 2021-02-28 2022-02-28',
    '2024-03-31T00:30 2024-03-31T01:30 2024-03-31T02:30',
    '2024-03-31',
  ]) {
    expect(findGaps(words(dates))).toEqual([]);
  }
  expect(findGaps([])).toEqual([]);
});

test('the first gap is named with both times and the step', () => {
  expect(first('2024-01-31 2024-02-29 2024-03-31 2024-05-31')).toBe(
    'row 3 is 2024-05-31 after 2024-03-31, expected 2024-04-30, the next month end',
  );
  expect(first('2024-01-11 2024-01-12 2024-01-16 2024-01-17 2024-01-18 2024-01-19 2024-01-22')).toBe(
    'row 2 is 2024-01-16 after 2024-01-12, expected 2024-01-15, the next business day',
  );
  expect(first('2024-01-15 2024-01-31 2024-02-29 2024-03-31')).toBe(
    'row 1 is 2024-01-31 after 2024-01-15, expected each time to be a month end',
  );
  const rows = words('2024-01-01 2024-01-02 2024-01-05 2024-01-06 2024-01-07 2024-01-10');
  expect(findGaps(rows).map(({ row }) => row)).toEqual([2, 5]);
});

test('times without a frequency are refused under the name that was called', () => {
  expect(() => findGaps(words('2024-01-01 2024-01-02 2024-01-05 2024-01-11'))).toThrow(
    'findGaps: times has day as its most frequent step, at 1 of 3',
  );
});

const cause = 'Most likely clocks were changed for daylight saving: write times in UTC or with their offsets';

test('daylight saving is said where it is the likely cause', () => {
  // Local clocks of Berlin, read as UTC: 02:00 to 03:00 of 31 March 2024 is not there, 02:00 to 03:00 of 27 October stands twice.
  const spring = '2024-03-31T00:00 2024-03-31T01:00 2024-03-31T03:00 2024-03-31T04:00 2024-03-31T05:00';
  expect(first(spring)).toBe(
    `row 2 is 2024-03-31 03:00 after 2024-03-31 01:00, expected 2024-03-31 02:00, the next hour. ${cause}`,
  );
  const halves = '2024-03-10T01:00 2024-03-10T01:30 2024-03-10T03:00 2024-03-10T03:30';
  expect(first(halves)).toMatch(/expected 2024-03-10 02:00, the next 30 minutes\. Most likely clocks/);
  const rising = (text: string) => () => checkRising('f', (row) => `times[${row}]`, words(text));
  expect(rising('2024-10-27T01:00 2024-10-27T02:00 2024-10-27T02:00')).toThrow(cause);
  expect(rising('2024-11-03T01:00 2024-11-03T01:30 2024-11-03T01:00')).toThrow(cause);
  // Days of Berlin written with their offsets, and so in UTC: one has 23 hours, one 25.
  expect(first('2024-03-28T23:00 2024-03-29T23:00 2024-03-30T23:00 2024-03-31T22:00 2024-04-01T22:00')).toMatch(
    /row 3 .* expected 2024-03-31 23:00, the next day\. Most likely/,
  );
  expect(first('2024-10-25T22:00 2024-10-26T22:00 2024-10-27T23:00 2024-10-28T23:00')).toMatch(
    /row 2 .* the next day\. Most likely/,
  );
  // Not on other days, nor of another size.
  expect(first(spring.replaceAll('2024-03-31', '2024-03-27'))).not.toContain(cause);
  expect(first(spring.replaceAll('2024-03-31', '2024-06-30'))).not.toContain(cause);
  expect(first('2024-03-31T00:00 2024-03-31T01:00 2024-03-31T04:00 2024-03-31T05:00')).not.toContain(cause);
  for (const twice of ['2024-10-30T01:00', '2024-10-27', '2024-07-07T02:00']) {
    expect(rising(`${twice} ${twice}`)).toThrow('which is not after');
    expect(rising(`${twice} ${twice}`)).not.toThrow(cause);
  }
});
