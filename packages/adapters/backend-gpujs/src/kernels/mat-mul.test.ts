import type { Operand } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createGpujsBackend } from '../backend-gpujs.ts';
import type { GpujsStorage } from '../storage.ts';
import { headlessGlProblem } from '../testing/headless-gl.ts';

const problem = await headlessGlProblem();

// Just above what is computed in one launch, and none of them a multiple of four.
const [rows, inner, columns] = [131, 129, 127];
const a = Float32Array.from({ length: rows * inner }, (_, i) => Math.sin(i));
const b = Float32Array.from({ length: inner * columns }, (_, i) => Math.cos(3 * i));

function expected(transposeA: boolean, transposeB: boolean): Float64Array {
  const y = new Float64Array(rows * columns);
  for (let i = 0; i < y.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    for (let k = 0; k < inner; k++) {
      y[i]! +=
        a[transposeA ? k * rows + row : row * inner + k]! * b[transposeB ? column * inner + k : k * columns + column]!;
    }
  }
  return y;
}

describe.skipIf(problem !== undefined)('large matrix products on headless GL', () => {
  it('take four launches, however the operands lie', async () => {
    const backend = await createGpujsBackend({ mode: 'headlessgl' });
    const operand = (
      data: Float32Array,
      outer: number,
      across: number,
      transposed: boolean,
    ): Operand<GpujsStorage> => ({
      storage: backend.upload(data, 'float32'),
      shape: transposed ? [across, outer] : [outer, across],
      dtype: 'float32',
    });
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const [p, q] = [operand(a, rows, inner, transposeA), operand(b, inner, columns, transposeB)];
        const before = { launches: Number(backend.info.launches), textures: Number(backend.info.textures) };
        const storage = backend.matMul(p, q, { transposeA, transposeB });
        expect(backend.info).toMatchObject({ launches: before.launches + 4, textures: before.textures + 1 });
        const got = await backend.download({ storage, shape: [rows, columns], dtype: 'float32' });
        const wanted = expected(transposeA, transposeB);
        const differences = Array.from(wanted, (value, i) => Math.abs(value - got[i]!));
        expect(differences.reduce((x, y) => Math.max(x, y))).toBeLessThan(2e-5);
      }
    }
    backend.dispose?.();
  });
});
