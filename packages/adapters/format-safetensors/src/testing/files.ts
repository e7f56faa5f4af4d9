/** A file from a header, given as text or bytes, and its data. `length` lies about the header's length. */
export function fileOf(header: string | Uint8Array, data: readonly number[] = [], length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** The header entry of one tensor. */
export function entryOf(dtype: string, shape: string, begin: number | string, end: number | string): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
}

/** `count` bytes. */
export const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** A file of `count` tensors without elements. */
export function manyEntries(count: number, dtype = 'U8'): Uint8Array {
  const entry = entryOf(dtype, '[0]', 0, 0);
  return fileOf(`{${Array.from({ length: count }, (_, i) => `"t${i}":${entry}`).join()}}`);
}
