import { cast, concat, reshape } from '@sluice/autograd';
import { OptionError, type Random, type Tensor } from '@sluice/core';
import { clipByGlobalNorm, clipByNorm, clipByValue, type Gradients, globalNorm } from '../clip.ts';
import { differentiateAll, type Pass, type StepContext, type Weighted } from './differentiate.ts';
import { explainNonFinite } from './non-finite.ts';
import type { ClipOption } from './options.ts';
import { interrupted } from './stopper.ts';

export interface StepResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/**
 * One update: loss, gradients, clipping, optimizer, carry.
 * @param batches at least one, whose mean is taken
 * @param place the number of this update, from 1, for errors, and whether it is the first of a run
 * @returns `undefined` when no batch counts: the carry alone has moved on then. When interrupted, everything is as before
 * @throws NonFiniteError when loss or gradients are not finite; parameters, optimizer, carry and random numbers are as before then
 */
export async function makeStep<Batch, Carry>(
  context: StepContext<Batch, Carry>,
  batches: readonly Weighted<Batch>[],
  { step, first }: { readonly step: number; readonly first: boolean },
): Promise<StepResult | undefined | typeof interrupted> {
  const { options, carry } = context;
  const { device } = options.model;
  const randomBefore = device.random.state;
  const pass = await differentiateAll(context, batches);
  if (pass === interrupted) return interrupted;
  const freed: unknown[] = [pass.value, pass.gradients];
  let { carry: next } = pass;
  try {
    carry.check(next);
    let result: StepResult | undefined;
    const { value } = pass;
    if (value) {
      const { gradients, summary } = device.scope(() => clip(value, pass.gradients, options.clip));
      freed.push(gradients, summary);
      const [loss, gradientNorm] = (await summary.data()) as unknown as [number, number];
      result = { loss, gradientNorm };
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
        const error = await explain(context, batches, { step, randomBefore, ...result });
        if (error === interrupted) return interrupted;
        throw error;
      }
      // Later a batch may well have a loss that is a constant.
      if (first && !pass.dependent) {
        const got = 'depends on no parameter of the optimizer';
        const expected = 'one computed from what it trains';
        throw new OptionError({ operation: 'fit', argument: 'loss', got, expected });
      }
      options.optimizer.step(gradients);
    }
    carry.replace(next);
    next = undefined;
    return result;
  } finally {
    carry.discard(freed);
    carry.discard(next);
  }
}

type Found = StepResult & { readonly step: number; readonly randomBefore: Random['state'] };

async function explain<Batch, Carry>(
  context: StepContext<Batch, Carry>,
  batches: readonly Weighted<Batch>[],
  { step, randomBefore, loss, gradientNorm }: Found,
) {
  const { options, carry, breather, stopper } = context;
  const { model } = options;
  const inputs = batches.map(({ batch }) => batch);
  try {
    return await explainNonFinite({
      place: `step ${step}`,
      outcome: 'nothing was updated',
      step,
      model,
      batch: inputs.length === 1 ? inputs[0] : inputs,
      carry: carry.value,
      loss,
      gradientNorm,
      breather,
      stopper,
      rerun: async (around) => {
        model.device.random.state = randomBefore;
        const again = await differentiateAll(context, batches, around);
        if (again !== interrupted) carry.discard(Object.values(again satisfies Pass<Carry>));
      },
    });
  } finally {
    model.device.random.state = randomBefore;
  }
}

/** Clipped gradients, and loss and norm in one tensor of two, so that both are read back at once. */
function clip(loss: Tensor, gradients: Gradients, option: ClipOption | undefined) {
  if (option && 'globalNorm' in option) {
    const { gradients: clipped, norm } = clipByGlobalNorm(gradients, option.globalNorm);
    return { gradients: clipped, summary: pair(loss, norm) };
  }
  const summary = pair(loss, globalNorm(gradients));
  if (!option) return { gradients: new Map(gradients), summary };
  const clipped = 'value' in option ? clipByValue(gradients, option.value) : clipByNorm(gradients, option.norm);
  return { gradients: clipped, summary };
}

function pair(loss: Tensor, norm: Tensor): Tensor {
  return concat([reshape(loss, [1]), reshape(cast(norm, loss.dtype), [1])]);
}
