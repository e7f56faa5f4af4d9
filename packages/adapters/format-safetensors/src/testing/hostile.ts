import { Random, type TensorData } from '@sluice/core';
import { writeSafetensors } from '../index.ts';
import { entryOf, fileOf, manyEntries, zeros } from './files.ts';

const a = (entry: string) => `{"a":${entry}}`;
const deep = 1_000_000;

/** Files that no program should write, each with the refusal of `readSafetensors(bytes, 'evil')`. */
export const hostileFiles: [name: string, bytes: () => Uint8Array, message: RegExp][] = [
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
  ['a size of 1e400', () => fileOf(a(entryOf('F32', '[1e400]', 0, 4)), zeros(4)), /shape of tensor "a" holds "1e400"/],
  ['a size that is NaN', () => fileOf(a(entryOf('F32', '[NaN]', 0, 4)), zeros(4)), /shape of tensor "a" holds "N"/],
  ['20,001 tensors', () => manyEntries(20_001), /the header has more than 20000 tensors$/],
  [
    '20,001 keys of metadata',
    () => fileOf(`{"__metadata__":{${Array.from({ length: 20_001 }, (_, i) => `"${i}":""`).join()}}}`),
    /the header has more than 20000 metadata keys$/,
  ],
  [
    '20,000 tensors of an unknown dtype',
    () => manyEntries(20_000, 'X8'),
    /byte 9: tensor "t0" has dtype "X8", expected/,
  ],
  [
    '20,000 tensors at the same bytes',
    () => fileOf(`{${Array.from({ length: 20_000 }, (_, i) => `"${i}":${entryOf('U8', '[1]', 0, 1)}`).join()}}`, [0]),
    /begins at 0 of the data, inside another tensor, expected 1$/,
  ],
  [
    '20,000 tensors and a bracket too few',
    () => {
      const file = manyEntries(20_000);
      file[file.length - 1] = 0x20;
      return file;
    },
    /found the end of the header, expected \}$/,
  ],
  ['a name of 100,000 escapes', () => fileOf(`{"${'\\u001b'.repeat(100_000)}":1}`), /found "1", expected \{$/],
  ['spaces without an end', () => fileOf(`{${' '.repeat(5_000_000)}`), /expected a name in quotes$/],
  ['a control character as dtype', () => fileOf(a(entryOf('\\u001b[2J', '[0]', 0, 0))), /has dtype "\\u001b\[2J"/],
  [
    'a dtype of 100,000 characters',
    () => fileOf(a(entryOf('F'.repeat(100_000), '[0]', 0, 0))),
    /has dtype "F{80}\.\.\."/,
  ],
];

/** `count` files with some bytes changed, put in, left out or cut off, always the same. */
export function* mutatedFiles(count: number, seed = 2): Generator<Uint8Array> {
  const random = new Random(seed);
  const pick = (below: number) => Math.floor(below * random.next());
  const telling = new TextEncoder().encode('{}[]",:0-9\\');
  for (let round = 0; round < count; round++) {
    const bytes = [...writeSafetensors(someTensors(pick), pick(2) === 0 ? new Map([['k', 'v']]) : new Map())];
    for (let i = 0; i <= pick(4); i++) {
      const at = pick(bytes.length);
      const value = pick(2) === 0 ? pick(256) : telling[pick(telling.length)]!;
      if (pick(5) < 2) bytes[at] = value;
      else if (pick(3) === 0) bytes.splice(at, 0, value);
      else if (pick(2) === 0) bytes.splice(at, 1);
      else bytes.length = at;
    }
    yield Uint8Array.from(bytes);
  }
}

function someTensors(pick: (below: number) => number): Map<string, TensorData> {
  const tensors: TensorData[] = [
    { dtype: 'float32', shape: [2, 3], data: Float32Array.from({ length: 6 }, () => pick(100) / 7) },
    { dtype: 'float64', shape: [], data: Float64Array.of(0.5) },
    { dtype: 'int32', shape: [0, 4], data: new Int32Array(0) },
    { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  ];
  return new Map(tensors.slice(0, 1 + pick(4)).map((tensor, i) => [`tensor.${i}`, tensor]));
}
