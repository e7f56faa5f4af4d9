import { OptionError, type Tensor } from '@sluice/core';
import type { Module } from '@sluice/layers';
import { CarryKeeper } from './carry.ts';
import type { FitOptions } from './options.ts';
import { aborted, type Breather, unlessAborted } from './pause.ts';
import { separate } from './step.ts';

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

/** The mean validation loss and metrics. Modes and random numbers are left as they were. */
export async function evaluate<Batch, Carry>(
  options: FitOptions<Batch, Carry>,
  breather: Breather,
): Promise<Evaluation | typeof aborted> {
  const { model, validate, items, signal } = options;
  const { device } = model;
  const { data, loss = options.loss } = validate!;
  const random = device.random.state;
  const restoreModes = rememberModes(model);
  const carry = new CarryKeeper<Carry>(model);
  const iterator = data.epoch(0)[Symbol.asyncIterator]();
  const losses = new WeightedMean();
  const metrics = new Map<string, WeightedMean>();
  let open = true;
  model.eval();
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next === aborted) return aborted;
      if (next.done) break;
      const result = device.scope(() => separate<Carry>(loss(next.value, carry.value)) as never) as ReturnType<
        typeof separate<Carry>
      >;
      try {
        const weight = items?.(next.value) ?? 1;
        await losses.add(result.loss, weight);
        for (const [name, value] of Object.entries(result.metrics)) {
          if (!metrics.has(name)) metrics.set(name, new WeightedMean());
          await metrics.get(name)!.add(value, weight);
        }
        carry.replace(result.carry);
      } finally {
        carry.discard([result.loss, result.metrics, result.carry]);
      }
      await breather.pauseWhenDue();
    }
    open = false;
    if (losses.weight === 0) throw new OptionError('fit: validate.data gave no batch');
    return { loss: losses.mean, metrics: Object.fromEntries([...metrics].map(([name, { mean }]) => [name, mean])) };
  } finally {
    if (open) iterator.return?.()?.catch(() => undefined);
    carry.dispose();
    restoreModes();
    device.random.state = random;
  }
}

class WeightedMean {
  #total = 0;
  weight = 0;

  async add(value: Tensor, weight: number): Promise<void> {
    this.#total += (await value.item()) * weight;
    this.weight += weight;
  }

  get mean(): number {
    return this.#total / this.weight;
  }
}
