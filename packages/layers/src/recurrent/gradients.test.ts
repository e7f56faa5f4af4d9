import { createJsBackend } from '@sluice/backend-js';
import type { Parameter } from '@sluice/core';
import { expect, it, onTestFinished } from 'vitest';
import { checkDerivatives, Workbench, weigh } from '../testing/support.ts';
import { GRU, GRUCell, type GRUOptions } from './gru.ts';
import { LSTM, LSTMCell, type LSTMOptions } from './lstm.ts';
import { mergeModes } from './options.ts';
import { RNN, RNNCell, type RNNOptions } from './rnn.ts';

interface Case {
  readonly time: number;
  readonly batch: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly lengths?: readonly number[];
}

const shapes: readonly Case[] = [
  { time: 1, batch: 1, inputSize: 1, hiddenSize: 2 },
  { time: 4, batch: 2, inputSize: 3, hiddenSize: 3 },
  { time: 3, batch: 4, inputSize: 2, hiddenSize: 5, lengths: [2, 3, 1, 3] },
  { time: 5, batch: 3, inputSize: 1, hiddenSize: 3, lengths: [0, 4, 2] },
];

const sizesOf = ({ inputSize, hiddenSize }: Case) => ({ inputSize, hiddenSize });

function start(): Workbench {
  const bench = new Workbench(createJsBackend());
  onTestFinished(() => {
    expect(bench.finish()).toBe(0);
  });
  return bench;
}

/** Checks the gradients of output and final states with respect to parameters, input and initial states. */
async function checkLayer(
  bench: Workbench,
  layer: LSTM | GRU | RNN,
  { time, batch, inputSize, lengths }: Case,
): Promise<void> {
  bench.own(layer);
  const x = bench.own(bench.parameter(layer.batchFirst ? [batch, time, inputSize] : [time, batch, inputSize]));
  const sizes = Object.entries(layer.cells[0]!.stateSizes);
  const state = new Map(
    sizes.map(([name, size]) => [name, bench.own(bench.parameter([layer.cells.length, batch, size]))]),
  );
  const input = { state: Object.fromEntries(state) as never, lengths };
  const targets = new Map<string, Parameter>([...layer.parameters(), ['x', x], ...state]);
  await checkDerivatives(() => weigh(layer.call(x, input)), targets);
}

const lstmOptions: readonly Partial<LSTMOptions>[] = [
  {},
  { bias: false },
  { batchFirst: true, reverse: true },
  { layers: 3 },
  { projectionSize: 1, layers: 2 },
  { bidirectional: true, layers: 2, projectionSize: 1 },
  ...mergeModes.map((merge) => ({ bidirectional: true, merge, layers: 2, batchFirst: true })),
];

it.each(lstmOptions)('LSTM %o', async (options) => {
  const bench = start();
  for (const shape of shapes) {
    await checkLayer(bench, new LSTM(bench.device, { ...sizesOf(shape), ...options }), shape);
  }
});

const gruOptions: readonly Partial<GRUOptions>[] = [true, false].flatMap((resetAfter) => [
  { resetAfter },
  { resetAfter, bias: false, layers: 2 },
  { resetAfter, bidirectional: true, merge: 'multiply' },
  { resetAfter, reverse: true, batchFirst: true },
]);

it.each(gruOptions)('GRU %o', async (options) => {
  const bench = start();
  for (const shape of shapes) {
    await checkLayer(bench, new GRU(bench.device, { ...sizesOf(shape), ...options }), shape);
  }
});

const rnnOptions: readonly Partial<RNNOptions>[] = (['tanh', 'relu'] as const).flatMap((nonlinearity) => [
  { nonlinearity },
  { nonlinearity, bias: false, bidirectional: true },
  { nonlinearity, layers: 2, reverse: true },
]);

it.each(rnnOptions)('RNN %o', async (options) => {
  const bench = start();
  for (const shape of shapes) {
    await checkLayer(bench, new RNN(bench.device, { ...sizesOf(shape), ...options }), shape);
  }
});

it('cells alone', async () => {
  const bench = start();
  for (const { batch, inputSize, hiddenSize } of shapes) {
    const sizes = { inputSize, hiddenSize };
    const x = bench.own(bench.parameter([batch, inputSize]));
    const hidden = bench.own(bench.parameter([batch, hiddenSize]));
    const cell = bench.own(bench.parameter([batch, hiddenSize]));
    const targets = new Map([
      ['x', x],
      ['hidden', hidden],
    ]);
    const simple = [
      new RNNCell(bench.device, sizes),
      new GRUCell(bench.device, sizes),
      new GRUCell(bench.device, { ...sizes, resetAfter: false }),
    ];
    for (const layer of simple) {
      bench.own(layer);
      await checkDerivatives(() => weigh(layer.call(x, { hidden })), new Map([...targets, ...layer.parameters()]));
    }
    const lstm = bench.own(new LSTMCell(bench.device, sizes));
    const all = new Map([...targets, ['cell', cell], ...lstm.parameters()]);
    await checkDerivatives(() => weigh(lstm.call(x, { hidden, cell })), all);
  }
});
