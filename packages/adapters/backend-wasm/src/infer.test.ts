import { type Backend, type FusedCell, type Operand, Random, type Shape, sizeOf } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';

const cells = [
  { kind: 'lstm' },
  { kind: 'projectedLstm', projectionSize: 3 },
  { kind: 'gru', resetAfter: true },
  { kind: 'gru', resetAfter: false },
  { kind: 'rnn', nonlinearity: 'tanh' },
] as const;

/** [time, batch, hidden, inputSize]: none, one step, few, a row that takes several chunks, many rows that do. */
const sizes = [
  [0, 2, 3, 2],
  [1, 1, 8, 5],
  [7, 3, 5, 1],
  [1441, 1, 32, 4],
  [100, 29, 32, 6],
] as const;

const setUps = [
  { simd: 'simd', threads: 1 },
  { simd: 'simd', threads: 2, threadThreshold: 0 },
] as const;

describe.each(setUps)('infer is forward of the projected input, to the bit, $threads thread(s)', (setUp) => {
  describe.each(cells)('%o', (description) => {
    it.each(sizes)('time %i, batch %i, hidden %i, input %i', async (time, batch, hidden, inputSize) => {
      const backend: Backend = await createWasmBackend(setUp);
      const random = new Random(time + hidden);
      const put = (...shape: number[]): Operand<unknown> => {
        const data = Float32Array.from(random.normal(sizeOf(shape)));
        return { storage: backend.upload(data, 'float32'), shape, dtype: 'float32' };
      };
      const cell: FusedCell = { ...description, dtype: 'float32', hiddenSize: hidden };
      const width = hidden * { lstm: 4, projectedLstm: 4, gru: 3, rnn: 1 }[cell.kind];
      const outputSize = cell.kind === 'projectedLstm' ? cell.projectionSize : hidden;
      const [input, inputWeight, inputBias] = [put(time, batch, inputSize), put(width, inputSize), put(width)];
      const stateSizes = cell.kind === 'lstm' || cell.kind === 'projectedLstm' ? [outputSize, hidden] : [outputSize];
      const others = {
        weight: put(width, outputSize),
        ...(cell.kind === 'gru' && cell.resetAfter && { resetBias: put(hidden) }),
        ...(cell.kind === 'projectedLstm' && { projection: put(outputSize, hidden) }),
        states: stateSizes.map((size) => put(batch, size)),
      };
      const kernels = backend.recurrent!;
      const read = (storage: unknown, ...shape: Shape) => backend.download({ storage, shape, dtype: 'float32' });
      for (const reverse of [false, true]) {
        for (const bias of [inputBias, undefined]) {
          for (const lengths of [undefined, Array.from({ length: batch }, (_, row) => (row * 37) % (time + 1))]) {
            const shape = [time, batch, width];
            const product = { storage: backend.matMul(input, inputWeight, turned), shape, dtype: 'float32' } as const;
            const storage = bias ? backend.binary('add', product, bias, shape) : product.storage;
            const projected = { ...product, storage };
            const options = { reverse, lengths };
            const want = kernels.forward(cell, { ...others, projected }, { ...options, save: false });
            const got = kernels.infer!(cell, { ...others, input, inputWeight, inputBias: bias }, options);
            expect(got.saved).toBeUndefined();
            expect(await read(got.output, time, batch, outputSize)).toEqual(
              await read(want.output, time, batch, outputSize),
            );
            for (const [i, size] of stateSizes.entries()) {
              expect(await read(got.states[i], batch, size)).toEqual(await read(want.states[i], batch, size));
            }
          }
        }
      }
      backend.dispose?.();
    });
  });
});

const turned = { transposeA: false, transposeB: true };

it('infer refuses options that there are not, and takes no memory for good', async () => {
  const backend: Backend = await createWasmBackend();
  const ones = (...shape: number[]): Operand<unknown> => ({
    storage: backend.fill(sizeOf(shape), 1, 'float32'),
    shape,
    dtype: 'float32',
  });
  const cell = { kind: 'rnn', nonlinearity: 'relu', dtype: 'float32', hiddenSize: 64 } as const;
  const inputs = {
    input: ones(100, 32, 8),
    inputWeight: ones(64, 8),
    inputBias: ones(64),
    weight: ones(64, 64),
    states: [ones(32, 64)],
  };
  const infer = (more?: object) => backend.recurrent!.infer!(cell, inputs, { reverse: false, ...more });
  expect(() => infer({ unheardOf: true })).toThrow('unheardOf');
  const run = () => {
    const { output, states } = infer();
    for (const storage of [output, ...states]) backend.free(storage);
  };
  for (let i = 0; i < 3; i++) run();
  const { memoryBytes } = backend.info as { memoryBytes: number };
  for (let i = 0; i < 100; i++) run();
  expect((backend.info as { memoryBytes: number }).memoryBytes).toBe(memoryBytes);
  backend.free(inputs.inputWeight.storage);
  expect(() => infer()).toThrow('freed');
  backend.dispose?.();
});
