import { deflateSync, gzipSync } from 'node:zlib';
import { FormatError } from '@sluice/core';
import { expect, test } from 'vitest';
import { readRNumbers, readRObject } from './r-data.ts';

/** Bytes as "R Internals" 1.8 says: each item is its flags, its length, its elements. */
const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const double = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};
const hasAttributes = 0x200;
const hasTag = 0x400;
const char = (text: string) => Buffer.concat([int(9), int(text.length), Buffer.from(text)]);
const symbol = (text: string) => Buffer.concat([int(1), char(text)]);
const reference = (index: number) => int((index << 8) | 255);
const end = int(254);
const strings = (...texts: string[]) => Buffer.concat([int(16), int(texts.length), ...texts.map(char)]);
const doubles = (values: number[], flags = 0) =>
  Buffer.concat([int(14 | flags), int(values.length), ...values.map(double)]);
const ints = (...values: number[]) => Buffer.concat([int(13), int(values.length), ...values.map(int)]);
const attribute = (tag: Buffer, value: Buffer) => Buffer.concat([int(2 | hasTag), tag, value]);
const list = (items: Buffer[], attributes: Buffer[]) =>
  Buffer.concat([int(19 | hasAttributes), int(items.length), ...items, ...attributes, end]);
const file = (...items: Buffer[]) => Buffer.concat([Buffer.from('X\n'), int(2), int(0), int(0), ...items]);

const series = file(doubles([3, 1.5, Number.NaN], hasAttributes), attribute(symbol('tsp'), doubles([1, 2, 48])), end);
const chunk = (bytes: Buffer) => Buffer.concat([int(bytes.length), deflateSync(bytes)]);
const first = chunk(file(strings('no', 'numbers')));
const second = chunk(series);
const names = symbol('names');
const variables = list(
  [ints(0, first.length), ints(first.length, second.length)],
  [attribute(names, strings('texts', 'load'))],
);
const index = gzipSync(file(list([variables], [attribute(reference(1), strings('variables'))])));
const database = Buffer.concat([first, second]);

test('numbers come out of a database by name', () => {
  expect(readRNumbers(index, database, 'load', 'Rdata')).toEqual(Float64Array.of(3, 1.5, Number.NaN));
});

test('an object has its attributes, and missing integers are NaN', () => {
  const { value, attributes } = readRObject(series);
  expect(value).toEqual([3, 1.5, Number.NaN]);
  expect(attributes.get('tsp')?.value).toEqual([1, 2, 48]);
  expect(readRObject(file(ints(7, -(2 ** 31)))).value).toEqual([7, Number.NaN]);
});

test('what cannot be read says so', () => {
  expect(() => readRNumbers(index, database, 'taylor', 'Rdata')).toThrow(
    'Rdata: object taylor: is not among 2 objects',
  );
  expect(() => readRNumbers(index, database, 'texts', 'Rdata')).toThrow('Rdata: object texts: holds no numbers');
  expect(() => readRNumbers(index, database.subarray(0, 80), 'load', 'Rdata')).toThrow('Rdata: object load: ');
  expect(() => readRNumbers(Buffer.from('no'), database, 'load', 'Rdata')).toThrow('Rdata: object load: ');
  expect(() => readRObject(Buffer.from('RDX3'))).toThrow('is no XDR serialisation of R');
  expect(() => readRObject(file(int(3), int(0)))).toThrow("holds R's type 3, which is not read");
});

test('what claims more than there is, is nested without end or unpacks to far more is refused', () => {
  const inIndex = (object: Buffer) => gzipSync(file(list([object], [attribute(reference(1), strings('variables'))])));
  const refused = (bytes: Uint8Array, data: Uint8Array = database) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(() => readRNumbers(bytes, data, 'load', 'Rdata')).toThrow(FormatError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
  };
  for (const type of [9, 10, 13, 14, 16, 19]) {
    for (const length of [2 ** 31 - 1, -1, -2]) refused(gzipSync(file(int(type), int(length))));
  }
  refused(gzipSync(file(...Array.from({ length: 100_000 }, () => Buffer.concat([int(19), int(1)])))));
  refused(gzipSync(file(...Array.from({ length: 100_000 }, () => int(2 | hasAttributes)))));
  refused(gzipSync(file(reference(7))));
  refused(gzipSync(Buffer.alloc(2 ** 28)));
  refused(inIndex(ints(1, 2)));
  for (const place of [ints(-1, 20), ints(0, 2 ** 31 - 1), ints(0, 3), ints(), doubles([Number.NaN, 5])]) {
    refused(inIndex(list([place], [attribute(names, strings('load'))])));
  }
  const bomb = chunk(Buffer.alloc(2 ** 28));
  refused(inIndex(list([ints(0, bomb.length)], [attribute(names, strings('load'))])), bomb);
});
