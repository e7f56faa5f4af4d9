import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CsvRow, CsvScanner } from './csv-scanner.ts';

class Refusal extends Error {}

function scan(pieces: Iterable<string>, delimiter = ',', comment?: string): CsvRow[] {
  const rows: CsvRow[] = [];
  const scanner = new CsvScanner({
    delimiter,
    comment,
    onRow: (row) => rows.push(row),
    refuse: (line, column, problem) => {
      throw new Refusal(`${line}, ${column}: ${problem}`);
    },
  });
  for (const piece of pieces) scanner.write(piece);
  scanner.end();
  return rows;
}

const cellsOf = (rows: readonly CsvRow[]) => rows.map(({ cells }) => cells);
const attempt = <T>(work: () => T) => {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
};

const texts = fc
  .array(fc.constantFrom('a', 'bc', '1', '"', '""', ',', ',', '\n', '\n', '\r\n', ' ', '\t', '#', 'é'), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));

test('is csv-parse', () => {
  const options = { trim: true, skip_empty_lines: true, relax_column_count: true, record_delimiter: ['\n', '\r\n'] };
  fc.assert(
    fc.property(texts, (text) => {
      // csv-parse drops what follows a closing quote and a blank.
      fc.pre(!/"[ \t]+[^\s,]/.test(text));
      const expected = attempt(() => parse(text, options));
      const found = attempt(() => cellsOf(scan([text])));
      if (typeof expected === 'string') expect(found).toEqual(expect.any(String));
      else expect(found).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});

test('gives the same rows, lines and errors however the text is cut', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(40), { maxLength: 6 }), (text, cuts) => {
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((end, i) => text.slice(places[i], end));
      const whole = attempt(() => scan([text], ',', '#'));
      expect(attempt(() => scan(pieces, ',', '#'))).toEqual(whole);
      expect(attempt(() => scan(text, ',', '#'))).toEqual(whole);
    }),
    { numRuns: 2000 },
  );
});

test('white space around cells is no part of them, and between quotes it is', () => {
  expect(cellsOf(scan([' a ,\tb\t,\u00a0c\u2003\n "x, y" , " 1 " ,""\n \n\t\n , \n']))).toEqual([
    ['a', 'b', 'c'],
    ['x, y', ' 1 ', ''],
    ['', ''],
  ]);
  expect(cellsOf(scan([' a \t"b"\t\n\t\n'], '\t'))).toEqual([
    ['a', 'b', ''],
    ['', ''],
  ]);
});

test.each([
  ['LF', '\n'],
  ['CR LF', '\r\n'],
  ['CR', '\r'],
])('lines are those of the file: %s', (_, end) => {
  const text = ['# about', '', 'a,b', '  ', '"1', '', '2","x', 'y"', '#', '3,4'].join(end);
  expect(scan([text], ',', '#').map(({ lines }) => lines)).toEqual([
    [3, 3],
    [5, 7],
    [10, 10],
  ]);
});

test.each([
  ['a\n"x\ny', '2, 0: has a quote that is never closed'],
  ['a\n\n1,"x\n\ny"z\n', '5, 1: goes on after its closing quote'],
  ['a\n"x\n" , b"\n', '3, 1: has a quote within a cell that does not begin with one'],
  ['"', '1, 0: has a quote that is never closed'],
])('refuses %j where it is', (text, problem) => {
  expect(attempt(() => scan([text]))).toBe(problem);
});

test('a row has a most of characters and cells; comments and blank lines have none', () => {
  const most = 1 << 22;
  expect(scan([`${'x'.repeat(most)}\n`])).toHaveLength(1);
  expect(attempt(() => scan([`${'x'.repeat(most + 1)}\n`]))).toBe('1, 0: is in a row of more than 4194304 characters');
  expect(attempt(() => scan([',\n"', 'x\n'.repeat(most)]))).toMatch('2, 0: is in a row of more than 4194304');
  expect(attempt(() => scan([`${','.repeat(1 << 18)}\n`]))).toBe('1, 262144: is one of more than 262144 cells');
  expect(
    cellsOf(scan([`#${'x'.repeat(most + 1)}`, `${'x'.repeat(most)}\n`, `${'\n'.repeat(most + 1)}a`], ',', '#')),
  ).toEqual([['a']]);
});
