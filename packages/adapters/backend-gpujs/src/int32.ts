import { createDataArray, type DataArray, type DType } from '@sluice/core';

/** The halves of an int32: `high * 65536 + low`, with `low` from 0. */
export function halvesOf(value: number): [high: number, low: number] {
  return [value >> 16, value & 65535];
}

/** Writes elements as the texels of a storage. */
export function encode(data: DataArray, dtype: DType, texels: Float32Array): void {
  if (dtype !== 'int32') {
    texels.set(data);
    return;
  }
  for (let i = 0; i < data.length; i++) {
    texels[i] = data[i]! >> 16;
    texels[i + data.length] = data[i]! & 65535;
  }
}

/** Reads elements from the texels of a storage. */
export function decode(texels: Float32Array, dtype: DType, size: number): DataArray {
  const data = createDataArray(dtype, size);
  if (dtype === 'int32') for (let i = 0; i < size; i++) data[i] = texels[i]! * 65536 + texels[i + size]!;
  else data.set(texels.subarray(0, size));
  return data;
}

/** Code that says which element and which half of it a texel of `count` elements holds. */
export const splitThread = `const plane = quotient(this.thread.x, count);
const element = this.thread.x - plane * count;`;

/** Code that returns the half. */
export const returnHalf = 'return plane == 0 ? high : low;';

/** Code that takes the carry out of `low` and wraps `high`. */
export const normalize = `if (low > 65535) { low = low - 65536; high = high + 1; }
if (low < 0) { low = low + 65536; high = high - 1; }
if (high > 32767) { high = high - 65536; }
if (high < -32768) { high = high + 65536; }`;
