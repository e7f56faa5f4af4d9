import { crc32 } from '@sluice/core';

/**
 * CRC-32 of the float32 results of each function over a dense sweep of its range, which are the same on every engine.
 * @param {import('@sluice/core').Backend} backend
 * @returns {Promise<Record<string, number>>}
 */
export async function sweep(backend) {
  const size = 200_001;
  const x = backend.upload(
    Float32Array.from({ length: size }, (_, i) => (i - 100_000) / 1000),
    'float32',
  );
  const operand = { storage: x, shape: [size], dtype: /** @type {const} */ ('float32') };
  /** @type {Record<string, number>} */
  const sums = {};
  for (const kind of /** @type {const} */ (['exp', 'tanh', 'sigmoid', 'log'])) {
    const values = await backend.download({ ...operand, storage: backend.unary(kind, operand) });
    // NaN has many forms.
    const bits = Float32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));
    sums[kind] = crc32(new Uint8Array(bits.buffer));
  }
  return sums;
}
