import { runInNewContext } from 'node:vm';
import { FormatError } from '@sluice/core';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type ReadProgress, readCsv } from './read-csv.ts';
import type { Table } from './table.ts';

const typesOf = (table: Table) => Object.fromEntries([...table.columns].map(([name, { type }]) => [name, type]));

async function* stream(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

test('reads back whatever was written, however the bytes are cut and lines end', async () => {
  const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a,b', 'x"y', 'two\nlines', 'c\r\nd', '😀'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (rows, size, end, mark) => {
        const lines = [['one', 'two'], ...rows].map((cells) => cells.map(quote).join(','));
        const text = `${mark ? '\ufeff' : ''}${lines.join(end)}${end}`;
        const options = { types: { one: 'string', two: 'string' }, missing: [] } as const;
        const table = await readCsv(stream(text, size), options);
        expect(table.strings('one')).toEqual(rows.map(([one]) => one));
        expect(table.strings('two')).toEqual(rows.map(([, two]) => two));
        expect(await readCsv(text, options)).toEqual(table);
      },
    ),
    { numRuns: 40 },
  );
});

test('infers numbers, dates and strings, and keeps what is missing', async () => {
  const table = await readCsv('n,d,s,none\n1,2024-02-29,x,\nNA,,,\n-2.5e3,2024-03-01T06:30+02:00,3,NaN\n');
  expect(typesOf(table)).toEqual({ n: 'number', d: 'date', s: 'string', none: 'number' });
  expect([...table.numbers('n')]).toEqual([1, Number.NaN, -2500]);
  expect([...table.dates('d')]).toEqual([Date.UTC(2024, 1, 29), Number.NaN, Date.UTC(2024, 2, 1, 4, 30)]);
  expect(table.strings('s')).toEqual(['x', null, '3']);
  expect(table.row(1)).toEqual({ n: null, d: null, s: null, none: null });
});

test('categories are sorted, or as declared', async () => {
  const text = 'sky\nsun\nrain\n\n""\nsun\n';
  const table = await readCsv(text, { types: { sky: 'category' } });
  expect(table.column('sky')).toEqual({
    type: 'category',
    values: Int32Array.of(1, 0, -1, 1),
    categories: ['rain', 'sun'],
  });
  const declared = await readCsv(text, { types: { sky: ['sun', 'rain', 'snow'] } });
  expect(declared.column('sky')).toMatchObject({
    values: Int32Array.of(0, 1, -1, 0),
    categories: ['sun', 'rain', 'snow'],
  });
  expect(declared.strings('sky')).toEqual(['sun', 'rain', null, 'sun']);
});

test('takes other delimiters, spellings of missing, and files without names', async () => {
  const table = await readCsv('1;?\n2;x\n', { delimiter: ';', missing: ['?'], names: ['a', 'b'] });
  expect([...table.numbers('a')]).toEqual([1, 2]);
  expect(table.strings('b')).toEqual([null, 'x']);
});

test('columns called like members of objects are columns', async () => {
  const table = await readCsv('__proto__,constructor\n1,2\n');
  expect(table.names).toEqual(['__proto__', 'constructor']);
  expect([...table.numbers('__proto__')]).toEqual([1]);
});

test.each([
  ['a,b\n1,2\n3\n', 'line 3, column "b" is missing: the row has 1 cells, expected 2 cells'],
  ['a,b\n1,2,3\n', 'line 2, after column "b" is one of 3 cells, expected 2 cells'],
  ['a,b\n1,2\n1,2,3\n', 'line 3, after column "b" is one of 3 cells, expected 2 cells'],
  ['a,b\n1,"2\n3,4\n', 'line 2, column "b" has a quote that is never closed'],
  ['a,"b\n1,2\n', 'line 1, column 2 has a quote that is never closed'],
  ['a,b\n1,2"x\n', 'line 2, column "b" has a quote within a cell that does not begin with one'],
  ['a,b\n"1"x,2\n', 'line 2, column "a" goes on after its closing quote'],
  ['a,a\n', 'line 1, column "a" stands twice, expected each name once'],
  ['', 'is empty, expected a line of column names'],
])('refuses %j', async (text, message) => {
  const read = readCsv(text, { source: 'own.csv' });
  await expect(read).rejects.toThrow(`own.csv: ${message}`);
  await expect(read).rejects.toThrow(FormatError);
});

test('refuses what is not of its declared type, with line and column', async () => {
  const text = 'day,load\n2024-01-01,1\n2024-02-30,1x\n';
  await expect(readCsv(text, { types: { load: 'number' } })).rejects.toThrow(
    'readCsv: line 3, column "load" is "1x", expected a number or a spelling of missing',
  );
  await expect(readCsv(text, { types: { day: 'date' } })).rejects.toThrow(
    'line 3, column "day" is "2024-02-30", expected an ISO 8601 date',
  );
  await expect(readCsv(text, { types: { day: ['x'] } })).rejects.toThrow(
    'line 2, column "day" is "2024-01-01", expected one of "x"',
  );
  await expect(readCsv(text, { types: { tmax: 'number' } })).rejects.toThrow(
    'readCsv: column "tmax" is not there, expected some of "day", "load"',
  );
  await expect(readCsv(text, { types: { load: ['1', '1'] } })).rejects.toThrow(
    'readCsv: types of "load" hold a category twice, expected each category once',
  );
});

test('a line of very many names takes no long time', async () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `c${i}`);
  expect((await readCsv(`${names.join(',')}\n`)).names.length).toBe(200_000);
});

test('refuses bytes that are no text, and a quote that takes in too much', async () => {
  const bytes = Uint8Array.from([97, 10, 0xff, 10]);
  await expect(readCsv(bytes)).rejects.toThrow('readCsv: line 2: byte 2 is not UTF-8 text');
  const endless = `a\n1\n"${'x\n'.repeat(1 << 22)}`;
  await expect(readCsv(endless)).rejects.toThrow(
    'readCsv: line 3, column "a" is in a row of more than 4194304 characters: is its quote not closed?',
  );
});

test.each<[unknown, string]>([
  [5, 'is a number'],
  [new ArrayBuffer(2), 'is of class ArrayBuffer'],
  [new DataView(new ArrayBuffer(2)), 'is of class DataView'],
  [Uint16Array.of(97, 10), 'is of class Uint16Array'],
  [Promise.resolve('a'), 'is a promise (await it)'],
])('refuses what is neither text nor bytes: %o', async (text, problem) => {
  await expect(readCsv(text as string)).rejects.toThrow(
    `readCsv: text ${problem}, expected a text, its bytes or a stream of bytes`,
  );
});

test('reads bytes of another realm, and refuses streams of texts', async () => {
  const foreign = runInNewContext('Uint8Array.of(97, 10, 49)') as Uint8Array;
  expect([...(await readCsv(foreign)).numbers('a')]).toEqual([1]);
  async function* texts() {
    yield 'a\n1\n';
  }
  await expect(readCsv(texts() as never)).rejects.toThrow('readCsv: text yields a string, expected bytes');
});

test('tells how far it has come, and stops when it is told to', async () => {
  const text = `n\n${'12345\n'.repeat(30_000)}`;
  const seen: ReadProgress[] = [];
  await readCsv(text, { onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ bytes }) => bytes)).toEqual([65_536, 131_072, text.length, text.length]);
  expect(seen.at(-1)).toEqual({ bytes: text.length, totalBytes: text.length, rows: 30_000 });
  const stop = () => {
    throw new Error('stopped');
  };
  await expect(readCsv(text, { onProgress: stop })).rejects.toThrow('stopped');
  const unknown: unknown[] = [];
  await readCsv(stream('n\n1\n', 2), { onProgress: ({ totalBytes }) => unknown.push(totalBytes) });
  expect(unknown).toEqual([undefined, undefined, undefined]);
});

test('mutated files are read or refused, never anything else', async () => {
  const base = 'day,load,sky\n2024-01-01,1.5,"sun, mostly"\n2024-01-02,NA,"a ""b"""\n2024-01-03,2,rain\n';
  const byte = fc.oneof(fc.constantFrom(34, 44, 10, 13, 0), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(base.length - 1), byte), { maxLength: 4 }), async (changes) => {
      const bytes = new TextEncoder().encode(base);
      for (const [place, value] of changes) bytes[place] = value;
      const result = await readCsv(bytes).catch((error: unknown) => error);
      if (result instanceof Error) expect(result).toBeInstanceOf(FormatError);
    }),
    { numRuns: 1000 },
  );
});

test('lines of messages are those of the file', async () => {
  const text = '\ufeff# about\r\n\r\na,b\r\n"x\r\n\r\ny",1\r\n\r\n#\r\nz,2x\r\n';
  await expect(readCsv(text, { comment: '#', types: { b: 'number' } })).rejects.toThrow('line 9, column "b" is "2x"');
  await expect(readCsv(text.replace('2x', '2,3'), { comment: '#' })).rejects.toThrow('line 9, after column "b"');
  await expect(readCsv(text.replace(',2x', ''), { comment: '#' })).rejects.toThrow('line 9, column "b" is missing');
  const bad = new TextEncoder().encode(text);
  bad[bad.indexOf(120, 30)] = 0xff;
  await expect(readCsv(bad, { comment: '#' })).rejects.toThrow(`line 9: byte ${bad.indexOf(0xff)} is not UTF-8 text`);
});

test('many small chunks wait for no timer', async () => {
  vi.useFakeTimers();
  try {
    const text = `a,b\n${'1,2\n'.repeat(8000)}`;
    expect((await readCsv(stream(text, 8))).length).toBe(8000);
  } finally {
    vi.useRealTimers();
  }
});

test('other tasks have their turn during a long read', async () => {
  const text = `a,b\n${'1,2\n'.repeat(1 << 20)}`;
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const table = await readCsv(text);
  clearInterval(timer);
  expect(table.length).toBe(1 << 20);
  expect(turns).toBeGreaterThan(0);
});
