import { type Operand, Random, type Shape } from '@sluice/core';
import { expect, it } from 'vitest';
import type { Machine } from './machine.ts';
import { matMul } from './mat-mul.ts';
import { recurrentKernels } from './recurrent.ts';
import { reduce } from './reduce.ts';
import { startMachine } from './start.ts';
import { addressOf, type WasmStorage } from './storage.ts';
import { unary } from './unary.ts';

const gibibyte = 2 ** 30;

async function start(): Promise<Machine> {
  const options = {
    simd: 'simd',
    source: undefined,
    maximumMemory: 4 * gibibyte,
    threads: 1,
    threadThreshold: 1e6,
  } as const;
  return (await startMachine(options, {})).machine;
}

function operand(machine: Machine, shape: Shape): Operand<WasmStorage> {
  const size = shape.reduce((product, length) => product * length, 1);
  const storage = machine.make('float32', size);
  machine.elements('float32', addressOf(storage), size).set(new Random(size).uniform(size, -1, 1));
  return { storage, shape, dtype: 'float32' };
}

/** Results of kernels that read and write at the end of the memory. */
function compute(machine: Machine): number[][] {
  const [time, batch, hidden] = [3, 5, 19];
  const x = operand(machine, [time * batch, hidden]);
  const weight = operand(machine, [4 * hidden, hidden]);
  const projected = operand(machine, [time, batch, 4 * hidden]);
  const states = [operand(machine, [batch, hidden]), operand(machine, [batch, hidden])];
  const options = { reverse: false, save: false };
  const cell = { kind: 'lstm', dtype: 'float32', hiddenSize: hidden } as const;
  const results = [
    matMul(machine, x, weight, { transposeA: false, transposeB: true }),
    unary(machine, 'tanh', x),
    reduce(machine, 'sum', x, [0]),
    recurrentKernels(machine).forward(cell, { projected, weight, states }, options).output,
  ];
  return results.map((result) => [...machine.elements('float32', addressOf(result), result.size)]);
}

// What is only set aside takes no memory of the machine.
it('computes the same above 2 GiB as below', async () => {
  const far = await start();
  const below = far.make('float32', (2.2 * gibibyte) / 4);
  expect(addressOf(below) + 2.2 * gibibyte).toBeGreaterThan(2 ** 31);
  expect(compute(far)).toEqual(compute(await start()));
  far.close();
});

it('has no memory for a cell whose packed weights are counted beyond 32 bits', async () => {
  const machine = await start();
  const hidden = 15_000;
  const made = (shape: Shape) => ({ storage: machine.make('float32', 16), shape, dtype: 'float32' }) as const;
  const states = [made([1, hidden]), made([1, hidden])];
  const inputs = { projected: made([1, 1, 4 * hidden]), weight: made([4 * hidden, hidden]), states };
  const cell = { kind: 'lstm', dtype: 'float32', hiddenSize: hidden } as const;
  const run = () => recurrentKernels(machine).forward(cell, inputs, { reverse: false, save: false });
  expect(run).toThrow('wasm backend: out of memory: 4500000000 bytes asked for');
  machine.close();
});
