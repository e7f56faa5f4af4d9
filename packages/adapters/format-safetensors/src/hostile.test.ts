import { FormatError } from '@sluice/core';
import { afterEach, expect, it, vi } from 'vitest';
import { readSafetensors, readSafetensorsHeader } from './index.ts';
import { entryOf, fileOf, manyEntries, zeros } from './testing/files.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const a = (entry: string) => `{"a":${entry}}`;
const deep = 1_000_000;

const hostile: [name: string, bytes: () => Uint8Array, message: RegExp][] = [
  ['nothing', () => new Uint8Array(0), /^evil: byte 0: the file ends inside the 8 bytes of the header's length$/],
  ['seven bytes', () => new Uint8Array(7), /^evil: byte 7: the file ends inside/],
  ['an empty header', () => fileOf(''), /^evil: byte 8: the header does not begin with \{$/],
  ['a header longer than the file', () => fileOf('{}', [], 3n), /byte 0: the header's length is 3, but only 2 bytes/],
  ['a header of 2^64 - 1 bytes', () => fileOf('{}', [], 2n ** 64n - 1n), /is 18446744073709551615, expected at most/],
  ['a header of 2^63 bytes', () => fileOf('{}', [], 2n ** 63n), /expected at most 100000000$/],
  ['a header just over the limit', () => fileOf('{}', [], 100_000_001n), /is 100000001, expected at most 100000000$/],
  ['a header at the limit, cut off', () => fileOf('{}', [], 100_000_000n), /but only 2 bytes follow$/],
  ['an array', () => fileOf('[]'), /byte 8: the header does not begin with \{/],
  ['a text', () => fileOf('"a"'), /does not begin with \{/],
  ['null', () => fileOf('null'), /does not begin with \{/],
  ['a space before the object', () => fileOf(' {}'), /does not begin with \{/],
  ['a byte order mark', () => fileOf('\ufeff{}'), /does not begin with \{/],
  ['invalid UTF-8', () => fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)), /byte 8: the header is not valid UTF-8/],
  ['an overlong encoding', () => fileOf(Uint8Array.of(0x7b, 0xc0, 0xaf, 0x7d)), /not valid UTF-8/],
  ['half of a surrogate pair', () => fileOf('{"\\ud800":1}'), /byte 9: a text holds half of a surrogate pair/],
  ['an object that does not end', () => fileOf('{'), /byte 9: expected a name in quotes/],
  ['a text that does not end', () => fileOf('{"a'), /byte 9: a text has no closing quote/],
  ['an escaped closing quote', () => fileOf('{"a\\"'), /byte 9: a text has no closing quote/],
  ['an invalid escape', () => fileOf('{"\\x":1}'), /byte 9: a text holds an invalid escape/],
  ['a raw control character', () => fileOf('{"a\n":1}'), /invalid escape or control character/],
  ['two objects', () => fileOf('{}{}'), /byte 10: something follows the JSON object/],
  ['a NUL after the object', () => fileOf('{}\0'), /byte 10: something follows/],
  ['a trailing comma', () => fileOf(`{"a":${entryOf('F32', '[0]', 0, 0)},}`), /expected a name in quotes/],
  ['a missing colon', () => fileOf('{"a" 1}'), /byte 13: found "1", expected :/],
  ['a number for a tensor', () => fileOf(a('1')), /byte 13: found "1", expected \{/],
  ['null for a tensor', () => fileOf(a('null')), /found "n", expected \{/],
  ['deep arrays', () => fileOf(`{"a":${'['.repeat(deep)}`), /found "\[", expected \{/],
  ['deep objects', () => fileOf(`${'{"a":'.repeat(deep)}1`), /tensor "a": unknown key "a"/],
  ['a deep shape', () => fileOf(a(`{"shape":${'['.repeat(deep)}`)), /shape of tensor "a" holds "\["/],
  [
    'deep metadata',
    () => fileOf(`{"__metadata__":${'{"a":'.repeat(deep)}`),
    /expected a text as value in __metadata__/,
  ],
  ['a number in the metadata', () => fileOf('{"__metadata__":{"a":1}}'), /byte 29: expected a text as value/],
  ['metadata twice', () => fileOf('{"__metadata__":{},"__metadata__":{}}'), /name "__metadata__" stands twice/],
  ['a metadata key twice', () => fileOf('{"__metadata__":{"k":"1","k":"2"}}'), /metadata key "k" stands twice/],
  ['__proto__ as a tensor', () => fileOf(`{"__proto__":${entryOf('F32', '[0]', 0, 0)}}`), /"__proto__" is refused/],
  ['__proto__, escaped', () => fileOf('{"\\u005f_proto__":1}'), /byte 9: the name "__proto__" is refused/],
  ['__proto__ in the metadata', () => fileOf('{"__metadata__":{"__proto__":"x"}}'), /"__proto__" is refused/],
  ['__proto__ in an entry', () => fileOf(a('{"__proto__":{}}')), /"__proto__" is refused/],
  [
    'a name twice',
    () => fileOf(`{"a":${entryOf('U8', '[1]', 0, 1)},"a":${entryOf('U8', '[1]', 1, 2)}}`, [0, 0]),
    /byte 61: the name "a" stands twice/,
  ],
  [
    'a name twice, once escaped',
    () => fileOf(`{"a":${entryOf('U8', '[1]', 0, 1)},"\\u0061":${entryOf('U8', '[1]', 1, 2)}}`, [0, 0]),
    /the name "a" stands twice/,
  ],
  ['a key twice', () => fileOf(a('{"dtype":"F32","dtype":"F64"}')), /tensor "a": the key "dtype" stands twice/],
  [
    'an unknown key',
    () => fileOf(a('{"strides":[1]}')),
    /unknown key "strides", expected dtype, shape and data_offsets/,
  ],
  ['no dtype', () => fileOf(a('{"shape":[],"data_offsets":[0,0]}')), /byte 9: tensor "a" has no dtype/],
  ['no shape', () => fileOf(a('{"dtype":"F32","data_offsets":[0,0]}')), /tensor "a" has no shape/],
  ['no offsets', () => fileOf(a('{"dtype":"F32","shape":[]}')), /tensor "a" has no data_offsets/],
  ['one offset', () => fileOf(a('{"dtype":"F32","shape":[0],"data_offsets":[0]}')), /has 1 data_offsets, expected 2/],
  ['three offsets', () => fileOf(a('{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}')), /has 3 data_offsets/],
  ['a number as dtype', () => fileOf(a('{"dtype":4}')), /expected a text as dtype of tensor "a"/],
  [
    'an unknown dtype',
    () => fileOf(a(entryOf('F33', '[1]', 0, 4)), zeros(4)),
    /has dtype "F33", expected one of F64, F32,/,
  ],
  ['constructor as dtype', () => fileOf(a(entryOf('constructor', '[1]', 0, 4)), zeros(4)), /has dtype "constructor"/],
  [
    'a negative size',
    () => fileOf(a(entryOf('F32', '[-1]', 0, 4)), zeros(4)),
    /shape of tensor "a" holds "-1", expected/,
  ],
  ['two negative sizes', () => fileOf(a(entryOf('F32', '[-1,-1]', 0, 4)), zeros(4)), /holds "-1"/],
  [
    'a fractional size',
    () => fileOf(a(entryOf('F32', '[1.5]', 0, 6)), zeros(6)),
    /holds "1.5", expected whole numbers/,
  ],
  ['a size with an exponent', () => fileOf(a(entryOf('F32', '[1e0]', 0, 4)), zeros(4)), /holds "1e0"/],
  ['a size with a leading zero', () => fileOf(a(entryOf('F32', '[01]', 0, 4)), zeros(4)), /holds "01"/],
  ['a size in quotes', () => fileOf(a(entryOf('F32', '["1"]', 0, 4)), zeros(4)), /holds "\\"", expected whole/],
  ['a size of 2^53', () => fileOf(a(entryOf('F32', '[9007199254740992]', 0, 4)), zeros(4)), /holds "9007199254740992"/],
  ['a size of 1,000 digits', () => fileOf(a(entryOf('F32', `[${'9'.repeat(1000)}]`, 0, 4))), /holds "9{32}", expected/],
  [
    'a huge shape',
    () => fileOf(a(entryOf('F32', '[1000000000]', 0, 4)), zeros(4)),
    /byte 9: tensor "a" has 4 bytes, but F32 of shape \[1000000000\] needs 4000000000 bytes/,
  ],
  [
    'a shape that wraps to 4 bytes at 2^64',
    () => fileOf(a(entryOf('F32', '[4294967296,4294967296,1]', 0, 0))),
    /needs more bytes than can be counted/,
  ],
  [
    'an overflow before a 0',
    () => fileOf(a(entryOf('F32', '[9007199254740991,9007199254740991,0]', 0, 0))),
    /needs more bytes than can be counted/,
  ],
  ['65 axes', () => fileOf(a(entryOf('U8', `[${new Array(65).fill(1)}]`, 0, 1)), [0]), /holds more than 64 numbers/],
  [
    'a size too small',
    () => fileOf(a(entryOf('F32', '[1]', 0, 8)), zeros(8)),
    /has 8 bytes, but F32 of shape \[1\] needs 4/,
  ],
  ['offsets backwards', () => fileOf(a(entryOf('F32', '[1]', 4, 0)), zeros(4)), /lies at 4 to 0 of 4 bytes of data/],
  ['offsets past the end', () => fileOf(a(entryOf('F32', '[2]', 0, 8)), zeros(4)), /lies at 0 to 8 of 4 bytes of data/],
  [
    'a negative offset',
    () => fileOf(a(entryOf('F32', '[1]', -4, 0)), zeros(4)),
    /data_offsets of tensor "a" holds "-4"/,
  ],
  ['an offset of 2^64', () => fileOf(a(entryOf('F32', '[1]', 0, '18446744073709551616')), zeros(4)), /holds "184467/],
  [
    'bytes before the first tensor',
    () => fileOf(a(entryOf('U8', '[1]', 1, 2)), [0, 0]),
    /begins at 1 .* after a hole, expected 0/,
  ],
  [
    'a hole',
    () => fileOf(`{"a":${entryOf('U8', '[1]', 0, 1)},"b":${entryOf('U8', '[1]', 2, 3)}}`, zeros(3)),
    /tensor "b" begins at 2 of the data, after a hole, expected 1$/,
  ],
  [
    'an overlap',
    () => fileOf(`{"a":${entryOf('U8', '[2]', 0, 2)},"b":${entryOf('U8', '[2]', 1, 3)}}`, zeros(3)),
    /tensor "b" begins at 1 of the data, inside another tensor, expected 2$/,
  ],
  [
    'the same bytes twice',
    () => fileOf(`{"a":${entryOf('U8', '[2]', 0, 2)},"b":${entryOf('U8', '[2]', 0, 2)}}`, zeros(2)),
    /inside another tensor/,
  ],
  [
    'bytes to spare',
    () => fileOf(a(entryOf('U8', '[1]', 0, 1)), [0, 7, 7]),
    /byte \d+: 2 bytes follow the last tensor$/,
  ],
  ['bytes and no tensor', () => fileOf('{}', [1]), /byte 10: 1 bytes follow the last tensor/],
  [
    'a bool of 2',
    () => fileOf(a(entryOf('BOOL', '[3]', 0, 3)), [1, 0, 2]),
    /of dtype BOOL: element 2 is 2, expected 0 or 1/,
  ],
  [
    'an I64 that does not fit',
    () => fileOf(a(entryOf('I64', '[1]', 0, 8)), [0, 0, 0, 128, 0, 0, 0, 0]),
    /tensor "a" of dtype I64: element 0 is 2147483648, expected values that fit 32 bits/,
  ],
  ['a pickle', () => Uint8Array.of(0x80, 4, 0x95, 20, 0, 0, 0, 0, 0, 0, 0), /the header's length is/],
  ['a zip file', () => Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 8, 8, 8, 0, 0), /the header's length is/],
];

it.each(hostile)('refuses %s', (_name, bytes, message) => {
  const file = bytes();
  const read = () => readSafetensors(file, 'evil');
  const begin = performance.now();
  expect(read).toThrow(FormatError);
  expect(read).toThrow(message);
  expect(performance.now() - begin).toBeLessThan(1000);
});

it('counts offsets in bytes, not characters', () => {
  expect(() => readSafetensors(fileOf('{"ä€😀" 1}'), 'evil')).toThrow('evil: byte 21: found "1", expected :');
});

it('shortens long names and hides control characters in messages', () => {
  const name = `\\u001b[31m${'x'.repeat(500)}`;
  expect(() => readSafetensors(fileOf(`{"${name}":{}}`))).toThrow(
    `safetensors: byte 9: tensor "\\u001b[31m${'x'.repeat(75)}..." has no dtype`,
  );
});

it('reads headers of tens of megabytes without exhausting the stack', () => {
  const name = 'x'.repeat(20_000_000);
  const file = fileOf(`{"${name}":${entryOf('U8', '[1]', 0, 1)}${' '.repeat(20_000_000)}}`, [5]);
  expect(readSafetensors(file).tensors.get(name)?.data).toEqual(Int32Array.of(5));
});

it.each('U16 U32 U64 C64 F8_E4M3 F8_E5M2 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ F6_E2M3 F6_E3M2 F4'.split(' '))(
  'names %s, which the format knows and this reader does not',
  (dtype) => {
    expect(() => readSafetensors(fileOf(a(entryOf(dtype, '[0]', 0, 0))), 'evil')).toThrow(
      `evil: byte 9: tensor "a" has dtype ${dtype}, which is not read here, expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL`,
    );
  },
);

it('reads a header of many entries in one pass', () => {
  const encode = vi.spyOn(TextEncoder.prototype, 'encode');
  const file = manyEntries(20_000);
  encode.mockClear();
  expect(readSafetensors(file).tensors.size).toBe(20_000);
  expect(encode).not.toHaveBeenCalled();
  // The place of what is wrong is counted once.
  const last = new TextDecoder().decode(file.subarray(8)).lastIndexOf('"t19999"');
  const other = manyEntries(20_000, 'X8');
  encode.mockClear();
  expect(() => readSafetensors(other, 'evil')).toThrow('evil: byte 9: tensor "t0" has dtype "X8"');
  expect(encode).toHaveBeenCalledTimes(1);
  expect(() => readSafetensors(file, 'evil', { maximumEntries: 19_999 })).toThrow(
    `evil: byte ${8 + last}: the header has more than 19999 tensors`,
  );
});

it('limits the entries, those of the metadata too', () => {
  const refusal = 'the header has more than 100000 tensors';
  expect(() => readSafetensors(manyEntries(100_001))).toThrow(refusal);
  expect(() => readSafetensorsHeader(manyEntries(100_001))).toThrow(refusal);
  expect(readSafetensorsHeader(manyEntries(100_000)).size).toBe(100_000);
  expect(readSafetensors(manyEntries(3), 'evil', { maximumEntries: Infinity }).tensors.size).toBe(3);
  const keys = Array.from({ length: 3 }, (_, i) => `"${i}":""`).join();
  expect(() => readSafetensors(fileOf(`{"__metadata__":{${keys}}}`), 'evil', { maximumEntries: 2 })).toThrow(
    'evil: byte 39: the header has more than 2 metadata keys',
  );
  expect(() => readSafetensors(manyEntries(1), 'evil', { maximumEntries: -1 })).toThrow(
    'readSafetensors: maximumEntries is -1, expected a number of at least 0',
  );
  expect(() => readSafetensors(manyEntries(1), 'evil', { entries: 1 } as object)).toThrow(
    'readSafetensors: entries is no option, expected one of maximumEntries',
  );
});
