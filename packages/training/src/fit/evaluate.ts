import { OptionError, type Tensor } from '@sluice/core';
import type { Module } from '@sluice/layers';
import { BatchReader } from './batch-reader.ts';
import { CarryKeeper } from './carry.ts';
import { itemsOf } from './items.ts';
import { type Separated, separate } from './loss-result.ts';
import { explainNonFinite } from './non-finite.ts';
import type { FitOptions } from './options.ts';
import type { Breather } from './pause.ts';
import { interrupted, type Stopper } from './stopper.ts';

/** Undoes changes of `training`, module by module. */
export function rememberModes(model: Module): () => void {
  const modes = [...model.modules().values()].map((module) => [module, module.training] as const);
  return () => {
    for (const [module, training] of modes) module.training = training;
  };
}

export interface Evaluation {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * The mean validation loss and metrics. Modes and random numbers are left as they were.
 * @param step updates made, for errors
 * @throws NonFiniteError when the loss of a batch that counts is not finite
 */
export async function evaluate<Batch, Carry>(
  options: FitOptions<Batch, Carry>,
  step: number,
  breather: Breather,
  stopper: Stopper,
): Promise<Evaluation | typeof interrupted> {
  const { model, validate, items } = options;
  const { device } = model;
  const { data, loss = options.loss } = validate!;
  const option = validate?.loss ? 'validate.loss' : 'loss';
  const random = device.random.state;
  const restoreModes = rememberModes(model);
  const carry = new CarryKeeper<Carry>(model);
  const losses = new WeightedMean();
  const metrics = new Map<string, WeightedMean>();
  let batches = 0;
  let reader: BatchReader<Batch> | undefined;
  model.eval();
  try {
    reader = new BatchReader('validate.data', data, { epoch: 0, start: 0 }, stopper);
    for (;;) {
      const next = await reader.next();
      if (next === interrupted) return interrupted;
      if (!next) break;
      batches++;
      const { batch } = next;
      const randomBefore = device.random.state;
      const run = () =>
        device.scope((() => separate<Carry>(model, loss(batch, carry.value), option)) as never) as Separated<Carry>;
      const result = run();
      try {
        const weight = itemsOf(batch, items);
        const value = await losses.add(result.loss, weight);
        if (!Number.isFinite(value)) {
          const rerun = async (around: (work: () => void) => void) => {
            device.random.state = randomBefore;
            around(() => carry.discard(Object.values(run())));
          };
          const place = `validation after step ${step}`;
          const where = { place, outcome: 'training was stopped', step, model, batch, carry: carry.value };
          const error = await explainNonFinite({ ...where, loss: value, gradientNorm: 0, rerun, breather, stopper });
          if (error === interrupted) return interrupted;
          throw error;
        }
        for (const [name, metric] of Object.entries(result.metrics)) {
          if (!metrics.has(name)) metrics.set(name, new WeightedMean());
          await metrics.get(name)!.add(metric, weight);
        }
        carry.replace(result.carry);
      } finally {
        carry.discard([result.loss, result.metrics, result.carry]);
      }
      await breather.pauseWhenDue();
    }
    if (batches === 0) throw new OptionError('fit: validate.data gave no batch');
    if (losses.weight === 0) {
      throw new OptionError('fit: no position counts in validate.data: items gave 0 for each of its batches');
    }
    const counted = [...metrics].filter(([, { weight }]) => weight > 0);
    return { loss: losses.mean, metrics: Object.fromEntries(counted.map(([name, { mean }]) => [name, mean])) };
  } finally {
    reader?.close();
    carry.dispose();
    restoreModes();
    device.random.state = random;
  }
}

class WeightedMean {
  #total = 0;
  weight = 0;

  /** What does not count is not read: it may be NaN, and counts as 0. */
  async add(value: Tensor, weight: number): Promise<number> {
    if (weight === 0) return 0;
    const number = await value.item();
    this.#total += number * weight;
    this.weight += weight;
    return number;
  }

  get mean(): number {
    return this.#total / this.weight;
  }
}
