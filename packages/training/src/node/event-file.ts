// What an event file of TensorBoard is made of: records as TensorFlow's `TFRecord` frames them, each an `Event` message of tensorflow/core/util/event.proto
// in the wire format of Protocol Buffers.

/** A record: length, its checksum, the data, their checksum. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

/** The first event of a file: what the others are written for. */
export function encodeVersion(seconds: number): Uint8Array {
  return Uint8Array.from([...double(1, seconds), ...text(3, 'brain.Event:2')]);
}

/** Numbers by their names. */
export function encodeScalars(
  seconds: number,
  step: number,
  scalars: readonly (readonly [string, number])[],
): Uint8Array {
  const values = scalars.flatMap(([tag, value]) => bytes(1, [...text(1, tag), ...float(2, value)]));
  return Uint8Array.from([...double(1, seconds), ...key(2, 0), ...varint(step), ...bytes(5, values)]);
}

const key = (field: number, wireType: number) => [(field << 3) | wireType];

/** A whole number in groups of seven bits, the lowest first. */
function varint(value: number): number[] {
  const groups: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) groups.push((value % 128) | 128);
  return [...groups, value];
}

const bytes = (field: number, content: readonly number[]) => [...key(field, 2), ...varint(content.length), ...content];
const text = (field: number, value: string) => bytes(field, [...new TextEncoder().encode(value)]);

function double(field: number, value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return [...key(field, 1), ...new Uint8Array(view.buffer)];
}

function float(field: number, value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [...key(field, 5), ...new Uint8Array(view.buffer)];
}

/** CRC-32C turned and shifted, so that checksums of checksums are none that occur by chance, as TFRecord has it. */
function maskedCrc32c(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** CRC-32C (Castagnoli; RFC 3720, appendix B.4: reflected polynomial 0x82F63B78). */
export function crc32c(data: Uint8Array): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
