import { FormatError } from '@sluice/core';
import { afterEach, expect, it, vi } from 'vitest';
import { readSafetensors, readSafetensorsHeader } from './index.ts';
import { entryOf, fileOf, manyEntries } from './testing/files.ts';
import { hostileFiles } from './testing/hostile.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it.each(hostileFiles)('refuses %s', (_name, bytes, message) => {
  const file = bytes();
  const read = () => readSafetensors(file, 'evil');
  expect(read).toThrow(FormatError);
  expect(read).toThrow(message);
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
    expect(() => readSafetensors(fileOf(`{"a":${entryOf(dtype, '[0]', 0, 0)}}`), 'evil')).toThrow(
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
  const refusal = 'the header has more than 20000 tensors';
  expect(() => readSafetensors(manyEntries(20_001))).toThrow(refusal);
  expect(() => readSafetensorsHeader(manyEntries(20_001))).toThrow(refusal);
  expect(readSafetensorsHeader(manyEntries(20_000)).size).toBe(20_000);
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
