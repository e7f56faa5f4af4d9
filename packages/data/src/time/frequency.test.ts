import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectFrequency } from './detect-frequency.ts';
import { Frequency, type FrequencyName } from './frequency.ts';
import { findGaps } from './gaps.ts';
import { formatTime } from './utc.ts';

const times = (...dates: string[]) => dates.map((date) => Date.parse(date.length > 10 ? `${date}Z` : date));
const words = (text: string) => times(...text.trim().split(/\s+/));
/** The steps after the last of some dates. */
const goOn = (dates: readonly number[], count: number) => {
  const frequency = detectFrequency(dates);
  return Array.from({ length: count }, (_, i) => formatTime(frequency.next(dates.at(-1)!, i + 1))).join(' ');
};

// What follows was read off published calendars of these years.
test.each<[name: string, seasons: number[], dates: string, next: string]>([
  ['month end', [12], '2023-11-30 2023-12-31 2024-01-31', '2024-02-29 2024-03-31 2024-04-30 2024-05-31'],
  ['month end', [12], '2024-01-31 2024-02-29', '2024-03-31 2024-04-30'],
  ['month end', [12], '2022-12-31 2023-01-31 2023-02-28', '2023-03-31 2023-04-30'],
  ['month start', [12], '2024-01-01 2024-02-01', '2024-03-01 2024-04-01'],
  ['month start', [12], '2023-11-01 2023-12-01', '2024-01-01 2024-02-01'],
  ['month (day 30)', [12], '2023-12-30 2024-01-30', '2024-02-29 2024-03-30 2024-04-30 2024-05-30'],
  ['month (day 30)', [12], '2024-01-30 2024-02-29 2024-03-30', '2024-04-30 2024-05-30'],
  ['month (day 29)', [12], '2022-12-29 2023-01-29', '2023-02-28 2023-03-29'],
  ['month (day 15)', [12], '2024-01-15 2024-02-15', '2024-03-15 2024-04-15'],
  ['quarter start', [4], '2023-10-01 2024-01-01', '2024-04-01 2024-07-01 2024-10-01 2025-01-01'],
  ['quarter end', [4], '2024-03-31 2024-06-30', '2024-09-30 2024-12-31 2025-03-31'],
  ['quarter end', [4], '2023-11-30 2024-02-29', '2024-05-31 2024-08-31 2024-11-30 2025-02-28'],
  ['quarter start', [4], '2024-02-01 2024-05-01 2024-08-01', '2024-11-01 2025-02-01'],
  ['2 months start', [6], '2024-01-01 2024-03-01', '2024-05-01 2024-07-01'],
  ['6 months end', [2], '2023-12-31 2024-06-30', '2024-12-31 2025-06-30'],
  ['year start', [], '2022-01-01 2023-01-01', '2024-01-01 2025-01-01'],
  ['year end', [], '2022-12-31 2023-12-31 2024-12-31', '2025-12-31 2026-12-31'],
  ['year end', [], '2020-02-29 2021-02-28', '2022-02-28 2023-02-28 2024-02-29'],
  ['year (day 4)', [], '2021-07-04 2022-07-04 2023-07-04', '2024-07-04 2025-07-04'],
  [
    'business month end',
    [12],
    '2024-01-31 2024-02-29 2024-03-29 2024-04-30',
    '2024-05-31 2024-06-28 2024-07-31 2024-08-30',
  ],
  ['business month start', [12], '2024-05-01 2024-06-03 2024-07-01', '2024-08-01 2024-09-02 2024-10-01'],
  [
    'business day',
    [5, 261],
    '2024-01-04 2024-01-05 2024-01-08',
    '2024-01-09 2024-01-10 2024-01-11 2024-01-12 2024-01-15',
  ],
  ['business day', [5, 261], '2024-01-05 2024-01-08', '2024-01-09'],
  [
    'business day',
    [5, 261],
    '2024-12-20 2024-12-23 2024-12-24 2024-12-26 2024-12-27',
    '2024-12-30 2024-12-31 2025-01-01 2025-01-02 2025-01-03 2025-01-06',
  ],
  // In Israel the week is from Sunday to Thursday.
  [
    'business day',
    [5, 261],
    '2024-01-03 2024-01-04 2024-01-07 2024-01-08',
    '2024-01-09 2024-01-10 2024-01-11 2024-01-14',
  ],
  [
    'business day',
    [6, 313],
    '2024-01-05 2024-01-06 2024-01-08 2024-01-09',
    '2024-01-10 2024-01-11 2024-01-12 2024-01-13 2024-01-15',
  ],
  [
    'day (Tue, Wed, Thu, Fri, Sat)',
    [5, 261],
    '2024-01-02 2024-01-03 2024-01-04 2024-01-05 2024-01-06 2024-01-09 2024-01-10 2024-01-11 2024-01-12 2024-01-13',
    '2024-01-16 2024-01-17',
  ],
  [
    'day (Mon, Wed, Fri)',
    [3, 157],
    '2024-01-01 2024-01-03 2024-01-05 2024-01-08 2024-01-10 2024-01-12',
    '2024-01-15 2024-01-17 2024-01-19 2024-01-22',
  ],
  [
    'day (Sun, Sat)',
    [2, 104],
    '2024-01-06 2024-01-07 2024-01-13 2024-01-14',
    '2024-01-20 2024-01-21 2024-01-27 2024-01-28',
  ],
  // Futures are traded from Sunday evening on; one Friday is a holiday.
  [
    'day (Sun, Mon, Tue, Wed, Thu, Fri)',
    [6, 313],
    '2024-03-17 2024-03-18 2024-03-19 2024-03-20 2024-03-21 2024-03-22 2024-03-24 2024-03-25 2024-03-26 2024-03-27 2024-03-28 2024-03-31 2024-04-01 2024-04-05',
    '2024-04-07 2024-04-08 2024-04-09',
  ],
  ['2 days', [183], '2024-01-01 2024-01-03 2024-01-05', '2024-01-07 2024-01-09'],
  ['day', [7, 365], '2024-02-27 2024-02-28', '2024-02-29 2024-03-01'],
  ['day', [7, 365], '2024-01-01 2024-01-02 2024-01-03 2024-01-04 2024-01-05', '2024-01-06 2024-01-07'],
  ['day', [7, 365], '2024-01-01 2024-01-02 2024-01-04', '2024-01-05'],
  ['week', [52], '2024-12-20 2024-12-27', '2025-01-03 2025-01-10'],
  ['14 days', [26], '2024-01-05 2024-01-19', '2024-02-02'],
  ['10 days', [37], '2024-01-05 2024-01-15 2024-01-25', '2024-02-04'],
  ['hour', [24, 168], '2024-03-31T00:00 2024-03-31T01:00', '2024-03-31 02:00 2024-03-31 03:00'],
  ['30 minutes', [48, 336], '2024-12-31T23:00 2024-12-31T23:30', '2025-01-01 2025-01-01 00:30'],
  ['15 minutes', [96, 672], '2024-01-01T00:07 2024-01-01T00:22', '2024-01-01 00:37'],
  ['7 hours', [24], '2024-01-01T00:00 2024-01-01T07:00', '2024-01-01 14:00'],
  ['90 seconds', [960, 6720], '2024-01-01T00:00:00 2024-01-01T00:01:30', '2024-01-01 00:03'],
  [
    '100 milliseconds',
    [864_000, 6_048_000],
    '1969-12-31T23:59:59.800 1969-12-31T23:59:59.900',
    '1970-01-01 1970-01-01 00:00:00.100',
  ],
  ['month end', [12], '0098-12-31 0099-01-31', '0099-02-28 0099-03-31'],
])('%s, seasons %j: %s', (name, seasons, dates, next) => {
  const given = words(dates);
  const frequency = detectFrequency(given);
  expect([frequency.name, frequency.seasons]).toEqual([name, seasons]);
  expect(goOn(given, next.match(/\d{4}-/g)!.length)).toBe(next);
});

test('months keep the time of the day', () => {
  expect(goOn(words('2024-01-31T18:30 2024-02-29T18:30'), 2)).toBe('2024-03-31 18:30 2024-04-30 18:30');
  expect(
    goOn(words('2024-01-05T16:00 2024-01-08T16:00 2024-01-09T16:00'), 4)
      .split(' ')
      .filter((_, i) => i % 2 === 0),
  ).toEqual(['2024-01-10', '2024-01-11', '2024-01-12', '2024-01-15']);
});

test('some missing or strange times do not hide the frequency', () => {
  const nyse = '2024-01-11 2024-01-12 2024-01-16 2024-01-17 2024-01-18 2024-01-19 2024-01-22';
  expect([detectFrequency(words(nyse)).name, goOn(words(nyse), 5)]).toEqual([
    'business day',
    '2024-01-23 2024-01-24 2024-01-25 2024-01-26 2024-01-29',
  ]);
  expect(
    detectFrequency(words('2024-01-31 2024-02-29 2024-03-31 2024-05-31 2024-06-15 2024-06-30 2024-07-31 2024-08-31'))
      .name,
  ).toBe('month end');
  expect(
    detectFrequency(words('2024-01-01T00:00 2024-01-01T01:00 2024-01-01T02:00 2024-01-01T09:00 2024-01-01T10:00')).name,
  ).toBe('hour');
});

test('a frequency is found again in its own steps, from any time, and steps of any size add up', () => {
  const names = [
    'second',
    'minute',
    'hour',
    'day',
    'businessDay',
    'week',
    'monthStart',
    'monthEnd',
    'quarterStart',
    'quarterEnd',
    'yearStart',
    'yearEnd',
  ] as const satisfies FrequencyName[];
  const somewhere = fc.integer({ min: Date.UTC(-500, 0), max: Date.UTC(3000, 0) });
  fc.assert(
    fc.property(fc.constantFrom(...names), somewhere, fc.integer({ min: 1, max: 500 }), (name, from, count) => {
      const frequency = Frequency.of(name);
      const first = frequency.at(frequency.periodOf(from));
      const rows = [first];
      while (rows.length < 9) rows.push(frequency.next(rows.at(-1)!));
      expect(rows.every((time, i) => i === 0 || time > rows[i - 1]!)).toBe(true);
      expect(detectFrequency(rows).name).toBe(frequency.name);
      expect(detectFrequency(rows).next(rows.at(-1)!)).toBe(frequency.next(rows.at(-1)!));
      expect(frequency.next(first, count + 1)).toBe(frequency.next(frequency.next(first, count)));
    }),
  );
});

test('by name, from a time that is no point', () => {
  const next = (name: FrequencyName | number, from: string) => formatTime(Frequency.of(name).next(Date.parse(from)));
  expect(next('businessDay', '2024-01-06')).toBe('2024-01-08');
  expect(next('businessDay', '2024-01-05T09:00Z')).toBe('2024-01-08 09:00');
  expect(next('monthEnd', '2024-01-31T09:00Z')).toBe('2024-02-29 09:00');
  expect(next('monthEnd', '2024-02-10')).toBe('2024-02-29');
  expect(next('monthStart', '2024-02-10')).toBe('2024-03-01');
  expect(next('businessMonthEnd', '2024-03-01')).toBe('2024-03-29');
  expect(next('businessMonthStart', '2024-06-01')).toBe('2024-06-03');
  expect(next(1800, '2024-02-10T10:05Z')).toBe('2024-02-10 10:35');
  expect(Frequency.of(0.1).name).toBe('100 milliseconds');
});

test('closing times in UTC, which summer time shifts, are business days, and months of local midnights months', () => {
  // 16:00 in New York: 21:00 in UTC until 8 March 2024, 20:00 from 11 March.
  const closes = words(
    '2024-03-06T21:00 2024-03-07T21:00 2024-03-08T21:00 2024-03-11T20:00 2024-03-12T20:00 2024-03-13T20:00 2024-03-14T20:00 2024-03-15T20:00 2024-03-18T20:00',
  );
  expect([detectFrequency(closes).name, goOn(closes, 1)]).toEqual(['business day', '2024-03-19 20:00']);
  expect(findGaps(closes)).toMatchObject([{ row: 3, clockChange: true }]);
  // Midnight of the first day of the month in Berlin.
  const months = words(
    '2023-12-31T23:00 2024-01-31T23:00 2024-02-29T23:00 2024-03-31T22:00 2024-04-30T22:00 2024-05-31T22:00',
  );
  expect([detectFrequency(months).name, goOn(months, 1)]).toEqual(['month end', '2024-06-30 22:00']);
  expect(findGaps(months)).toMatchObject([{ row: 3, clockChange: true }]);
});

test('refuses what is no frequency', () => {
  for (const [name, time] of [
    ['day', Number.NaN],
    ['monthEnd', Number.NaN],
    ['yearEnd', 8.64e15],
    ['week', 8.64e15],
  ] as const) {
    expect(() => Frequency.of(name).next(time)).toThrow(
      `Frequency.next: time is ${time}, for 1 steps of the frequency`,
    );
  }
  expect(() => Frequency.of('fortnight' as never)).toThrow(
    'Frequency.of: every is "fortnight", expected second, minute, hour, day, businessDay',
  );
  for (const every of [0, -60, Number.NaN, Number.POSITIVE_INFINITY, 1 / 3, 1e300]) {
    expect(() => Frequency.of(every)).toThrow(`Frequency.of: every is ${every}, expected`);
  }
  expect(() => Frequency.of('toString' as never)).toThrow('every is "toString"');
  expect(() => Frequency.of('day').next(0, 0)).toThrow(
    'Frequency.next: count is 0, expected a whole number of at least 1',
  );
  expect(() => detectFrequency([])).toThrow('detectFrequency: times has 0 entries, expected at least two');
  expect(() => detectFrequency([5])).toThrow('detectFrequency: times has 1 entries');
  expect(() => detectFrequency(words('2024-01-02 2024-01-01'))).toThrow(
    'detectFrequency: times[1] is 2024-01-01, which is not after the one before, 2024-01-02, expected milliseconds since 1970 in rising order',
  );
  expect(() => detectFrequency(words('2024-01-02 2024-01-02'))).toThrow('times[1] is 2024-01-02, which is not after');
  expect(() => detectFrequency([1, Number.NaN])).toThrow('detectFrequency: times[1] is missing');
  expect(() => detectFrequency([1, 1e300])).toThrow('detectFrequency: times[1] is 1e+300');
  expect(() => detectFrequency([0, 1, 3, 7, 15, 31])).toThrow(
    'detectFrequency: times has millisecond as its most frequent step, at 1 of 5, expected at least half of the steps alike: resample first',
  );
  expect(() => detectFrequency([0, 0.3])).toThrow('has no steps of whole milliseconds');
});
