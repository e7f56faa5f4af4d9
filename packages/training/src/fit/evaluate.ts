import { OptionError } from '@sluice/core';
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

/** The mean validation loss. Modes and random numbers are left as they were. */
export async function evaluate<Batch, Carry>(
  options: FitOptions<Batch, Carry>,
  breather: Breather,
): Promise<number | typeof aborted> {
  const { model, validate, items, signal } = options;
  const { device } = model;
  const { data, loss = options.loss } = validate!;
  const random = device.random.state;
  const restoreModes = rememberModes(model);
  const carry = new CarryKeeper<Carry>(model);
  const iterator = data.epoch(0)[Symbol.asyncIterator]();
  let total = 0;
  let weights = 0;
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
        total += (await result.loss.item()) * weight;
        weights += weight;
        carry.replace(result.carry);
      } finally {
        carry.discard([result.loss, result.carry]);
      }
      await breather.pauseWhenDue();
    }
    open = false;
    if (weights === 0) throw new OptionError('fit: validate.data gave no batch');
    return total / weights;
  } finally {
    if (open) iterator.return?.()?.catch(() => undefined);
    carry.dispose();
    restoreModes();
    device.random.state = random;
  }
}
