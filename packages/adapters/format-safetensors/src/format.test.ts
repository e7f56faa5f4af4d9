import { DTypeError, OptionError, ShapeError, type TensorData } from '@sluice/core';
import { expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from './index.ts';
import { entryOf, fileOf } from './testing/files.ts';

const map = (tensor: TensorData, name = 'a') => new Map([[name, tensor]]);

// Byte for byte from the format's description, by hand: no other implementation was at hand when it was written.
const header = '{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
const fixture = Uint8Array.from([
  ...[80, 0, 0, 0, 0, 0, 0, 0], // length of the header, padded with one space to a multiple of 8
  ...[...header].map((character) => character.charCodeAt(0)),
  0x20,
  ...[0x00, 0x00, 0x80, 0x3f], // 1
  ...[0x00, 0x00, 0x20, 0xc0], // -2.5
]);

it('reads a file laid down by hand', () => {
  const { tensors, metadata } = readSafetensors(fixture);
  expect(tensors).toEqual(map({ dtype: 'float32', shape: [2], data: Float32Array.of(1, -2.5) }, 'b'));
  expect(metadata).toEqual(new Map([['k', 'v']]));
});

it('writes the same bytes', () => {
  const tensors = map({ dtype: 'float32', shape: [2], data: Float32Array.of(1, -2.5) }, 'b');
  expect(writeSafetensors(tensors, new Map([['k', 'v']]))).toEqual(fixture);
});

it('reads from the middle of a buffer and shares none of it', () => {
  const large = new Uint8Array(fixture.length + 3);
  large.set(fixture, 3);
  const { data } = readSafetensors(large.subarray(3)).tensors.get('b')!;
  large.fill(0);
  expect(data).toEqual(Float32Array.of(1, -2.5));
  const node = Buffer.from(fixture);
  const fromNode = readSafetensors(node).tensors.get('b')!;
  node.fill(0);
  expect(fromNode.data).toEqual(Float32Array.of(1, -2.5));
});

it('keeps the order of names and aligns the elements', () => {
  const tensors = new Map<string, TensorData>([
    ['10', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ['2', { dtype: 'float64', shape: [], data: Float64Array.of(0.5) }],
    ['1', { dtype: 'int32', shape: [1], data: Int32Array.of(-7) }],
  ]);
  const bytes = writeSafetensors(tensors);
  expect([...readSafetensors(bytes).tensors]).toEqual([...tensors]);
  const begin = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(begin % 8).toBe(0);
  expect(new DataView(bytes.buffer).getFloat64(begin, true)).toBe(0.5);
});

it.each<[dtype: string, bytes: number[], expected: TensorData['data']]>([
  ['I8', [0x80, 0x7f, 0xff], Int32Array.of(-128, 127, -1)],
  ['U8', [0, 128, 255], Int32Array.of(0, 128, 255)],
  ['I16', [0x00, 0x80, 0xff, 0x7f], Int32Array.of(-32768, 32767)],
  ['I64', [0, 0, 0, 0x80, 255, 255, 255, 255, 5, 0, 0, 0, 0, 0, 0, 0], Int32Array.of(-2147483648, 5)],
  ['BF16', [0x80, 0x3f, 0x20, 0xc0, 0x00, 0x80, 0x80, 0x7f], Float32Array.of(1, -2.5, -0, Infinity)],
  ['F16', [0x00, 0x3c, 0x00, 0xc1, 0x00, 0x80, 0x00, 0xfc], Float32Array.of(1, -2.5, -0, -Infinity)],
])('widens %s', (dtype, bytes, expected) => {
  const file = fileOf(`{"a":${entryOf(dtype, `[${expected.length}]`, 0, bytes.length)}}`, bytes);
  expect(readSafetensors(file).tensors.get('a')!.data).toEqual(expected);
});

it('widens every F16 to the value that its definition gives', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const file = fileOf(`{"a":${entryOf('F16', '[65536]', 0, 131072)}}`, [...new Uint8Array(halves.buffer)]);
  const { data } = readSafetensors(file).tensors.get('a')!;
  const value = (half: number): number => {
    const sign = half >= 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = (half & 1023) / 1024;
    if (exponent === 31) return fraction > 0 ? Number.NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
  };
  expect([...data]).toEqual([...halves].map(value));
});

it.each<[name: string, write: () => Uint8Array, error: typeof OptionError, message: string]>([
  [
    'a wrong size',
    () => writeSafetensors(map({ dtype: 'int32', shape: [2, 2], data: Int32Array.of(1) })),
    ShapeError,
    'writeSafetensors: tensor "a" has 1 elements, expected the size of shape [2, 2]',
  ],
  [
    'another element type',
    () => writeSafetensors(map({ dtype: 'float64', shape: [1], data: Float32Array.of(1) })),
    DTypeError,
    'writeSafetensors: tensor "a" holds float32 elements, expected float64',
  ],
  [
    'a bool of 2',
    () => writeSafetensors(map({ dtype: 'bool', shape: [1], data: Uint8Array.of(2) })),
    DTypeError,
    'writeSafetensors: tensor "a" holds bytes above 1, expected 0 and 1 for bool',
  ],
  [
    '__metadata__',
    () => writeSafetensors(map({ dtype: 'bool', shape: [0], data: new Uint8Array(0) }, '__metadata__')),
    OptionError,
    'writeSafetensors: the name "__metadata__" is reserved',
  ],
  [
    '__proto__',
    () => writeSafetensors(new Map(), new Map([['__proto__', 'x']])),
    OptionError,
    'writeSafetensors: the name "__proto__" is reserved',
  ],
  [
    'half of a surrogate pair',
    () => writeSafetensors(new Map(), new Map([['k', '\ud800']])),
    OptionError,
    'writeSafetensors: the text "\\ud800" holds half of a surrogate pair',
  ],
])('refuses to write %s', (_name, write, error, message) => {
  expect(write).toThrow(error);
  expect(write).toThrow(message);
});

it('refuses to write a header over 100 MB', () => {
  const write = () => writeSafetensors(new Map(), new Map([['k', 'x'.repeat(100_000_000)]]));
  expect(write).toThrow('writeSafetensors: header has 100000032 bytes, expected at most 100000000');
});
