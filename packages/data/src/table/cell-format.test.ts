import { FormatError, OptionError } from '@sluice/core';
import { expect, test } from 'vitest';
import { type ReadCsvOptions, readCsv } from './read-csv.ts';

const { NaN: none } = Number;

test('white space around numbers, dates, names and marks counts for nothing', async () => {
  const table = await readCsv(' a ,"b ",\tc\n1 , 2024-01-01,"\u00a0NA "\n, "2024-01-02 " , 5\n\u00a03," ",\t" 6\t"\n');
  expect(table.names).toEqual(['a', 'b', 'c']);
  expect([...table.numbers('a')]).toEqual([1, none, 3]);
  expect([...table.dates('b')]).toEqual([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2), none]);
  expect([...table.numbers('c')]).toEqual([none, 5, 6]);
  const texts = await readCsv('s\n x \n" x "\n" NA "\n NA \n', { types: { s: 'string' } });
  expect(texts.strings('s')).toEqual(['x', ' x ', ' NA ', null]);
});

const marks = ['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'null', 'NULL', 'None', '#N/A', '#NA', '<NA>'];
const weak = ['-', '--', '–', '—', '.', '..', '?', 'n.a.', 'na', 'none', 'Null', '#n/a', '-nan'];

test('known marks are missing among numbers, dates and texts', async () => {
  const text = `n,d,s,k\n1,2024-01-01,x,x\n${marks.map((mark) => `${mark},${mark},${mark},x\n`).join('')}`;
  const table = await readCsv(text, { types: { n: 'number' } });
  expect([...table.numbers('n')]).toEqual([1, ...marks.map(() => none)]);
  expect([...table.dates('d')].slice(1)).toEqual(marks.map(() => none));
  expect(table.strings('s').slice(1)).toEqual(marks.map(() => null));
});

test.each([{}, { types: { n: 'number', d: 'date', s: 'string' } } as const])(
  'dashes and the like are missing among numbers and dates, and texts in texts: %j',
  async (options) => {
    const text = `n,d,s\n1,2024-01-01,x\n${weak.map((mark) => `${mark},${mark},${mark}\n`).join('')}`;
    const table = await readCsv(text, options);
    expect([...table.numbers('n')].slice(1)).toEqual(weak.map(() => none));
    expect([...table.dates('d')].slice(1)).toEqual(weak.map(() => none));
    expect(table.strings('s').slice(1)).toEqual(weak);
  },
);

test('a column of dashes alone is of texts, one of nothing is of numbers', async () => {
  const table = await readCsv('a,b\n-,\n-,NA\n');
  expect(table.strings('a')).toEqual(['-', '-']);
  expect([...table.numbers('b')]).toEqual([none, none]);
});

test('spellings of missing that were given are the only ones', async () => {
  const table = await readCsv('a,b\n-9,x\n -9 ,NA\n3,-9\n', { missing: ['-9'] });
  expect([...table.numbers('a')]).toEqual([none, none, 3]);
  expect(table.strings('b')).toEqual(['x', 'NA', null]);
  await expect(readCsv('a\n-\n', { missing: ['NA'], types: { a: 'number' } })).rejects.toThrow(
    'line 2, column "a" is "-"',
  );
});

test('decimal commas, thousands and dates of other orders', async () => {
  const german = await readCsv('Tag;Last\n31.12.2024;1.234,5\n1.2.2024 6:30;-2,25\n2024-03-01;7\n', {
    decimal: ',',
    thousands: '.',
    dateOrder: 'dayFirst',
  });
  expect([...german.numbers('Last')]).toEqual([1234.5, -2.25, 7]);
  expect([...german.dates('Tag')]).toEqual([Date.UTC(2024, 11, 31), Date.UTC(2024, 1, 1, 6, 30), Date.UTC(2024, 2, 1)]);
  const american = await readCsv('day,load\n12/31/2024T09:05+01:00,"1,234.5"\n2/1/2024,7\n', {
    thousands: ',',
    dateOrder: 'monthFirst',
  });
  expect([...american.numbers('load')]).toEqual([1234.5, 7]);
  expect([...american.dates('day')]).toEqual([Date.UTC(2024, 11, 31, 8, 5), Date.UTC(2024, 1, 1)]);
  const sheet = await readCsv('day,load\n2024-01-01,"1,5"\n', { decimal: ',', delimiter: ',' });
  expect([...sheet.numbers('load')]).toEqual([1.5]);
});

test('dates of another order than declared are refused', async () => {
  const options: ReadCsvOptions = { dateOrder: 'dayFirst', types: { d: 'date' } };
  for (const cell of ['12/31/2024', '31.12/2024', '31.12.24', '31.12.20245', '29.02.2023', '0.1.2024', '1.2.2024 6']) {
    await expect(readCsv(`d\n${cell}\n`, options)).rejects.toThrow(
      `line 2, column "d" is "${cell}", expected a date such as 31.12.2024 or 2024-12-31 or a spelling of missing`,
    );
  }
});

test.each<[ReadCsvOptions, string]>([
  [{ decimal: ',', thousands: ',' }, 'thousands is ",", as is decimal, expected two different marks'],
  [{ thousands: '.' }, 'thousands is ".", as is decimal, expected two different marks'],
  [{ decimal: ';' as never }, 'decimal is ";", expected one of ".", ","'],
  [{ thousands: ';' as never }, 'thousands is ";", expected one of'],
  [{ dateOrder: 'dmy' as never }, 'dateOrder is "dmy", expected one of "yearFirst", "dayFirst", "monthFirst"'],
  [{ missing: 'NA' as never }, 'missing is something else, expected a list of texts'],
  [{ names: 'ab' as never }, 'names is something else, expected a list of texts'],
  [{ names: ['a', 'b', 'a'] }, 'names has "a" twice, expected each name once'],
  [{ names: Array.from({ length: 262_145 }, String) }, 'names has 262145 entries, expected at most 262144'],
  [{ comment: ',' }, 'comment is ",", as is delimiter, expected two different characters'],
  [{ comment: '##' }, 'comment is "##", expected one character that is no quote and no end of line'],
  [{ delimiter: '' }, 'delimiter is "", expected one character that is no quote and no end of line, or auto'],
  [{ delimiter: '"' }, 'delimiter is "\\"", expected one character'],
  [{ types: { a: 'float' as never } }, 'types of "a" are "float", expected number, date, string, category or a list'],
  [{ delimeter: ';' } as never, 'delimeter is no option, expected one of'],
])('refuses the options %.80j', async (options, message) => {
  await expect(readCsv('a\n1\n', options)).rejects.toThrow(`readCsv: ${message}`);
  await expect(readCsv('a\n1\n', options)).rejects.toThrow(OptionError);
});

test('a column that is numbers but for a few cells is not left out in silence', async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => (i === 499 ? '12,5x' : `${i},${i}`));
  const table = await readCsv(`day,load\n\n"${'\n'}0",7\n${lines.join('\n')}\n`, { types: { day: 'string' } });
  const because = 'because line 504 is "5x"';
  expect(() => table.matrix()).toThrow(
    `matrix: column "load" would be left out: it is of type string, ${because}, expected number: declare its type, give what stands for missing, or choose columns by name`,
  );
  expect(() => table.matrix()).toThrow(FormatError);
  expect(() => table.matrix(['load'])).toThrow(`matrix: column "load" is of type string, ${because}, expected number`);
  expect(() => table.numbers('load')).toThrow(`numbers: column "load" is of type string, ${because}, expected number`);
  expect(() => table.slice(0, 10).select(['load']).take([1]).numbers('load')).toThrow(because);
  expect(table.select(['day']).matrix().shape).toEqual([1001, 0]);
});

test('what is texts, declared or mostly, is left out of a matrix', async () => {
  const text = 'n,s,t\n1,a1,5\n2,b,6\n3,7,x\n';
  const table = await readCsv(text, { types: { t: 'string' } });
  expect(table.matrix().shape).toEqual([3, 1]);
  expect(() => table.numbers('s')).toThrow('column "s" is of type string, because line 2 is "a1", expected number');
  expect(() => table.dates('s')).toThrow('column "s" is of type string, because line 2 is "a1", expected date');
  const days = await readCsv('d\n2024-01-01\n2024-01-02\n2024-02-30\n');
  expect(() => days.dates('d')).toThrow('column "d" is of type string, because line 4 is "2024-02-30", expected date');
});

test('numbers and dates in one column are texts', async () => {
  const table = await readCsv('a\n1\n2024-01-01\n');
  expect(table.strings('a')).toEqual(['1', '2024-01-01']);
});

test('no message grows with what is in the file', async () => {
  const giant = `${'x'.repeat(1_000_000)}\u001b[2J`;
  const attempts = [
    () => readCsv(`a\n${giant}\n`, { types: { a: 'number' } }),
    () => readCsv(`a\n${giant}\n`, { types: { a: ['b'] } }),
    () => readCsv(`${giant},${giant}\n`),
    () => readCsv(`a,${giant}\n1\n`),
    () => readCsv(`${giant}\n1\n`, { types: { b: 'number' } }),
    () => readCsv(`${Array.from({ length: 1000 }, (_, i) => `c${i}`)}\n`, { types: { b: 'number' } }),
    () => readCsv(`a\n1\n2\n${giant}\n`).then((table) => table.matrix()),
    () => readCsv(`${giant}\n1\n`).then((table) => table.numbers('a')),
    () => readCsv(`a\n1\n`).then((table) => table.numbers(giant)),
    () => readCsv(`a,b\n1,2"${giant}\n`),
    () => readCsv(`a\n1\n`, { types: { [giant]: 'number' } }),
  ];
  for (const attempt of attempts) {
    const error = await attempt().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message.length).toBeLessThan(500);
  }
});
