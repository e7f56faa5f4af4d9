import { mean, square, subtract } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, Random, type Tensor, type TensorData } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import { Dropout, GRU, Linear, Module } from '@sluice/layers';
import { Adam, type FitEvent, type FitOptions, type StepEvent } from '../index.ts';

export interface Pair {
  /** [time, batch, 2] */
  readonly x: TensorData;
  /** [time, batch, 1] */
  readonly y: TensorData;
}

export interface Carry {
  readonly state: { readonly hidden: Tensor };
  readonly batches: number;
}

/** A small recurrent model that uses random numbers, for the tests. */
export class Toy extends Module<[x: Tensor, state?: { readonly hidden: Tensor }], { y: Tensor; hidden: Tensor }> {
  readonly dropout = new Dropout(this.device, { probability: 0.2 });
  readonly gru: GRU;
  readonly head: Linear;

  constructor(device: Device, hiddenSize = 3) {
    super(device);
    this.gru = new GRU(device, { inputSize: 2, hiddenSize });
    this.head = new Linear(device, { inputSize: hiddenSize, outputSize: 1 });
  }

  protected override forward(x: Tensor, state?: { readonly hidden: Tensor }): { y: Tensor; hidden: Tensor } {
    const result = this.gru.call(this.dropout.call(x), state ? { state } : {});
    return { y: this.head.call(result.output), hidden: result.state.hidden };
  }
}

export function toy(hiddenSize?: number): { device: Device; model: Toy; loss: ReturnType<typeof carriedLoss> } {
  const device = new Device(createJsBackend(), { seed: 7 });
  const model = new Toy(device, hiddenSize);
  return { device, model, loss: carriedLoss(model) };
}

function carriedLoss(model: Toy) {
  const { device } = model;
  return (batch: Pair, carry: Carry | undefined): { loss: Tensor; carry: Carry } => {
    const { y, hidden } = model.call(device.tensor(batch.x), carry?.state);
    const loss = mean(square(subtract(y, device.tensor(batch.y))));
    return { loss, carry: { state: { hidden }, batches: (carry?.batches ?? 0) + 1 } };
  };
}

/** A short run of Adam over `pairs`. */
export function setUp(options: Partial<FitOptions<Pair, Carry>> = {}) {
  const { device, model, loss } = toy();
  const optimizer = new Adam(model.parameters(), { learningRate: 0.03 });
  return { device, model, optimizer, options: { model, optimizer, data: pairs(5), epochs: 2, loss, ...options } };
}

/** Batches that differ from epoch to epoch. */
export function pairs(
  batches: number,
  options: { readonly counted?: boolean | undefined; readonly name?: string | undefined } = {},
): BatchSource<Pair> {
  const { counted = true, name = 'pairs' } = options;
  return {
    batchesPerEpoch: counted ? batches : undefined,
    async *epoch(index, start = 0) {
      for (let k = start; k < batches; k++) {
        const x = Float32Array.from(new Random(5).fork(name).fork(index).fork(k).normal(16));
        const y = Float32Array.from({ length: 8 }, (_, i) => 0.6 * x[2 * i]! - 0.3 * x[2 * i + 1]! + 0.2);
        yield {
          x: { dtype: 'float32', shape: [4, 2, 2], data: x },
          y: { dtype: 'float32', shape: [4, 2, 1], data: y },
        };
      }
    },
  };
}

export async function collect(run: AsyncIterable<FitEvent>): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

export const stepsOf = (events: readonly FitEvent[]): StepEvent[] =>
  events.filter((event): event is StepEvent => event.type === 'step');

/** The bits of all weights. */
export async function bitsOf(model: Module): Promise<Map<string, string>> {
  const state = await model.stateDict();
  return new Map([...state].map(([name, { data }]) => [name, new Uint32Array(data.buffer).join(' ')]));
}
