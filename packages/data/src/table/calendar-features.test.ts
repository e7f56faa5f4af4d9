import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calendarFeatures } from './calendar-features.ts';

const dates = fc.array(
  fc
    .date({ min: new Date('-000400-01-01'), max: new Date('+012000-01-01'), noInvalidDate: true })
    .map((date) => date.getTime()),
);
const parts = ['hour', 'dayOfWeek', 'dayOfMonth', 'dayOfYear', 'month'] as const;

test('cyclic parts lie on the circle, one-hot rows add up to 1', () => {
  fc.assert(
    fc.property(dates, fc.constantFrom(...parts), (times, part) => {
      const cyclic = calendarFeatures(times, { [part]: 'cyclic' });
      const hot = calendarFeatures(times, { [part]: 'oneHot' });
      times.forEach((_, row) => {
        const { [`${part}.sin`]: sin, [`${part}.cos`]: cos } = cyclic.row(row) as Record<string, number>;
        expect(sin! ** 2 + cos! ** 2).toBeCloseTo(1, 12);
        expect(Object.values(hot.row(row)).reduce((sum, value) => Number(sum) + Number(value), 0)).toBe(1);
      });
    }),
  );
});

test('known days', () => {
  // Monday 1 January 2024 at 6, and Sunday 31 December 2023, the last of 365 days.
  const times = [Date.UTC(2024, 0, 1, 6), Date.UTC(2023, 11, 31)];
  const row = (index: number) =>
    calendarFeatures(times, {
      hour: 'cyclic',
      dayOfWeek: 'cyclic',
      dayOfMonth: 'cyclic',
      dayOfYear: 'cyclic',
      month: 'cyclic',
    }).row(index) as Record<string, number>;
  const angle = (index: number, part: string) => {
    const turn = Math.atan2(row(index)[`${part}.sin`]!, row(index)[`${part}.cos`]!) / (2 * Math.PI);
    return turn < -1e-12 ? turn + 1 : turn;
  };
  expect(angle(0, 'hour')).toBeCloseTo(1 / 4, 12);
  for (const part of ['dayOfWeek', 'dayOfMonth', 'dayOfYear', 'month']) expect(angle(0, part)).toBeCloseTo(0, 12);
  expect(angle(1, 'dayOfWeek')).toBeCloseTo(6 / 7, 12);
  expect(angle(1, 'dayOfMonth')).toBeCloseTo(30 / 31, 12);
  expect(angle(1, 'dayOfYear')).toBeCloseTo(364 / 365, 12);
  expect(angle(1, 'month')).toBeCloseTo(11 / 12, 12);
  const hot = calendarFeatures(times, { dayOfWeek: 'oneHot', month: 'oneHot' });
  expect(hot.names.slice(0, 2)).toEqual(['dayOfWeek.0', 'dayOfWeek.1']);
  expect(hot.row(1)).toMatchObject({ 'dayOfWeek.6': 1, 'month.11': 1, 'month.0': 0 });
});

test('the hour counts minutes and dates before 1970', () => {
  const features = calendarFeatures([Date.UTC(1960, 0, 1, 17, 30)], { hour: 'cyclic' });
  expect(features.numbers('hour.sin')[0]).toBeCloseTo(Math.sin((2 * Math.PI * 17.5) / 24), 12);
});

test('refuses what is missing or unknown', () => {
  expect(() => calendarFeatures([0, Number.NaN], { hour: 'cyclic' })).toThrow(
    'calendarFeatures: dates[1] is NaN, expected milliseconds since 1970',
  );
  expect(() => calendarFeatures([0], { week: 'cyclic' } as never)).toThrow(
    'parts names "week", expected hour, dayOfWeek',
  );
  expect(calendarFeatures([0], { hour: 'cyclic', month: undefined }).names).toEqual(['hour.sin', 'hour.cos']);
  expect(() => calendarFeatures([0], { hour: 'sin' as never })).toThrow('parts.hour is sin, expected cyclic or oneHot');
});

test('years below 100 have their own calendar', () => {
  // 1 March of year 4, a leap year, is a Monday (proleptic Gregorian), day 61 of 366; 31 December of year 99 day 365 of 365.
  const times = [Date.parse('0004-03-01T00:00:00Z'), Date.parse('0099-12-31T00:00:00Z')];
  const hot = calendarFeatures(times, { dayOfYear: 'oneHot', dayOfWeek: 'oneHot' });
  expect(hot.row(0)).toMatchObject({ 'dayOfYear.60': 1, 'dayOfWeek.0': 1 });
  expect(hot.row(1)).toMatchObject({ 'dayOfYear.364': 1 });
  const { 'dayOfYear.sin': sin, 'dayOfYear.cos': cos } = calendarFeatures(times, { dayOfYear: 'cyclic' }).row(0);
  expect(sin).toBeCloseTo(Math.sin((2 * Math.PI * 60) / 366), 12);
  expect(cos).toBeCloseTo(Math.cos((2 * Math.PI * 60) / 366), 12);
});
