import type { DataArray, DType } from '@sluice/core';

/** How one element type of the format becomes one of ours. */
export interface ElementType {
  /** Bytes of one element in the file. */
  readonly size: number;
  readonly dtype: DType;
  /** The elements in an array of its own; an error is a text that says what the bytes hold. */
  readonly decode: (bytes: Uint8Array) => DataArray | string;
}

/** A copy that owns its buffer: `slice` of a Node `Buffer` would share it. */
function copyOf(bytes: Uint8Array): ArrayBuffer {
  const own = new Uint8Array(bytes.length);
  own.set(bytes);
  return own.buffer;
}

/** The bytes as they are. Every engine that runs JavaScript today is little-endian, as the format is. */
function same(dtype: DType, size: number, view: (buffer: ArrayBuffer) => DataArray): ElementType {
  return { size, dtype, decode: (bytes) => view(copyOf(bytes)) };
}

function toInt32(narrow: ArrayLike<number>): DataArray {
  const wide = new Int32Array(narrow.length);
  wide.set(narrow);
  return wide;
}

function decodeBool(bytes: Uint8Array): DataArray | string {
  const at = bytes.findIndex((byte) => byte > 1);
  return at < 0 ? new Uint8Array(copyOf(bytes)) : `element ${at} is ${bytes[at]}, expected 0 or 1`;
}

function decodeI64(bytes: Uint8Array): DataArray | string {
  const wide = new BigInt64Array(copyOf(bytes));
  const narrow = new Int32Array(wide.length);
  for (let i = 0; i < wide.length; i++) {
    narrow[i] = Number(wide[i]);
    if (BigInt(narrow[i]!) !== wide[i]) return `element ${i} is ${wide[i]}, expected values that fit 32 bits`;
  }
  return narrow;
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. The payload of a NaN moves to the top of the fraction. */
function decodeF16(bytes: Uint8Array): DataArray {
  const halves = new Uint16Array(copyOf(bytes));
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) bits[i] = sign | 0x7f800000 | (fraction << 13);
    else if (exponent > 0) bits[i] = sign | ((exponent + 112) << 23) | (fraction << 13);
    else if (fraction === 0) bits[i] = sign;
    else {
      const lead = Math.clz32(fraction) - 21;
      bits[i] = sign | ((113 - lead) << 23) | (((fraction << lead) & 0x3ff) << 13);
    }
  }
  return new Float32Array(bits.buffer);
}

/** The upper half of a float32. */
function decodeBF16(bytes: Uint8Array): DataArray {
  const halves = new Uint16Array(copyOf(bytes));
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** The element types that can be read, by their names in the format. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map([
  ['F64', same('float64', 8, (buffer) => new Float64Array(buffer))],
  ['F32', same('float32', 4, (buffer) => new Float32Array(buffer))],
  ['F16', { size: 2, dtype: 'float32', decode: decodeF16 }],
  ['BF16', { size: 2, dtype: 'float32', decode: decodeBF16 }],
  ['I64', { size: 8, dtype: 'int32', decode: decodeI64 }],
  ['I32', same('int32', 4, (buffer) => new Int32Array(buffer))],
  ['I16', { size: 2, dtype: 'int32', decode: (bytes) => toInt32(new Int16Array(copyOf(bytes))) }],
  [
    'I8',
    {
      size: 1,
      dtype: 'int32',
      decode: (bytes) => toInt32(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)),
    },
  ],
  ['U8', { size: 1, dtype: 'int32', decode: toInt32 }],
  ['BOOL', { size: 1, dtype: 'bool', decode: decodeBool }],
] satisfies [string, ElementType][]);

/** The other element types of the format, for messages. */
export const unreadTypes: ReadonlySet<string> = new Set(
  'U16 U32 U64 C64 F8_E4M3 F8_E5M2 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ F6_E2M3 F6_E3M2 F4'.split(' '),
);

/** The names that our element types are written under. */
export const writtenNames = { float32: 'F32', float64: 'F64', int32: 'I32', bool: 'BOOL' } as const satisfies Record<
  DType,
  string
>;
