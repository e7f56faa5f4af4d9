import { expect, test } from 'vitest';
import { findDelimiter } from './delimiter.ts';
import { readCsv } from './read-csv.ts';

test.each([
  ['a comma', 'a,b\n1,2\n', ','],
  ['commas within quotes', 'date;"load, MW"\n2024-01-01;5\n', ';'],
  ['commas within quotes, of names alone', 'date;"load, MW, mean, hourly"', ';'],
  ['ends of lines and doubled quotes within quotes', '"a, ""x"",\n,,";b\n1;2\n', ';'],
  ['decimal commas', 'day;load\n1;1,5\n2;2,5\n', ';'],
  ['a decimal comma in every cell', 'a;b;c\n1,5;2,5;3,5\n', ';'],
  ['tabs, and commas in texts', 'a\tb\n1, or so\t2\n3\t4\n', '\t'],
  ['bars', 'a|b|c\n1|2;3|4\n', '|'],
  ['one column', 'load\n1\n2\n', ','],
  ['one column with a few marks', 'text\na;b\nc\n', ','],
  ['nothing', '', ','],
  ['equally many', 'a,b;c\n1,2;3\n', ','],
  ['more of one', 'a,b;c;d\n1,2;3;4\n', ';'],
])('finds what stands between cells: %s', async (_, text, delimiter) => {
  expect(findDelimiter(text, true)).toBe(delimiter);
  if (text === '') return;
  const found: string[] = [];
  await readCsv(text, { delimiter: 'auto', onDelimiter: (one) => found.push(one) });
  expect(found).toEqual([delimiter]);
});

test('takes what gives the known number of columns', () => {
  expect(findDelimiter('1,5;2,5\n3,5;4,5\n', true, { columns: 2 })).toBe(';');
});

test('passes over comments, and a last row that is cut', () => {
  expect(findDelimiter('# a,b,c,d\nx;y\n', true, { comment: '#' })).toBe(';');
  expect(findDelimiter('a;b\n1;2\n3;"x,', false)).toBe(';');
});

test('looks at the beginning of a long text alone, and reads all of it', async () => {
  const text = `a;b\n${'1,5;2\n'.repeat(50_000)}`;
  const table = await readCsv(text, { delimiter: 'auto', decimal: ',' });
  expect([table.length, table.numbers('a')[49_999]]).toEqual([50_000, 1.5]);
});

test('a line that is longer than what is looked at', async () => {
  const text = `${Array.from({ length: 30_000 }, (_, i) => `c${i}`).join(';')}\n`;
  expect((await readCsv(text, { delimiter: 'auto' })).names).toHaveLength(30_000);
});
