import { add, cast, concat, multiply, reshape, valueAndGrad } from '@sluice/autograd';
import { OptionError, type Parameter, Tensor } from '@sluice/core';
import { clipByGlobalNorm, clipByNorm, clipByValue, type Gradients, globalNorm } from '../clip.ts';
import type { CarryKeeper } from './carry.ts';
import { explainNonFinite } from './non-finite.ts';
import type { ClipOption, FitOptions, LossFunction } from './options.ts';

export interface StepResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/**
 * One update: loss, gradients, clipping, optimizer, carry.
 * @param batches at least one, whose mean is taken
 * @param step the number of this update, from 1, for errors
 * @throws NonFiniteError when loss or gradients are not finite; parameters, optimizer, carry and random numbers are as before then
 */
export async function makeStep<Batch, Carry>(
  options: FitOptions<Batch, Carry>,
  batches: readonly Batch[],
  carry: CarryKeeper<Carry>,
  step: number,
): Promise<StepResult> {
  const { model, optimizer } = options;
  const { device } = model;
  const randomBefore = device.random.state;
  const forward = () => differentiateAll(options, batches, carry);
  const pass = forward();
  const freed: unknown[] = [pass.value, pass.gradients];
  let next: Carry | undefined = pass.auxiliary;
  try {
    carry.check(next);
    const { gradients, summary } = device.scope(() => clip(pass.value, pass.gradients, options.clip));
    freed.push(gradients, summary);
    const [lossValue, gradientNorm] = (await summary.data()) as unknown as [number, number];
    if (!Number.isFinite(lossValue) || !Number.isFinite(gradientNorm)) {
      const rerun = () => {
        device.random.state = randomBefore;
        carry.discard(Object.values(forward()));
      };
      try {
        throw await explainNonFinite({
          step,
          model,
          batch: batches.length === 1 ? batches[0] : batches,
          carry: carry.value,
          loss: lossValue,
          gradientNorm,
          rerun,
        });
      } finally {
        device.random.state = randomBefore;
      }
    }
    optimizer.step(gradients);
    carry.replace(next);
    next = undefined;
    return { loss: lossValue, gradientNorm };
  } finally {
    carry.discard(freed);
    carry.discard(next);
  }
}

type Pass<Carry> = ReturnType<typeof differentiate<never, Carry>>;

/** Loss and gradients as means over batches, weighted by their items, and the carry of the last. */
function differentiateAll<Batch, Carry>(
  { model, optimizer, loss, items }: FitOptions<Batch, Carry>,
  batches: readonly Batch[],
  carry: CarryKeeper<Carry>,
): Pass<Carry> {
  const { parameters } = optimizer;
  const [first, ...others] = batches as readonly [Batch, ...Batch[]];
  if (others.length === 0) return differentiate(loss, first, carry.value, parameters);
  const counts = batches.map((batch) => items?.(batch) ?? 1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  let sum: Pass<Carry> | undefined;
  try {
    for (const [k, batch] of batches.entries()) {
      const before = sum;
      const added = () => {
        const pass = differentiate(loss, batch, before ? before.auxiliary : carry.value, parameters);
        return accumulate(before, pass, counts[k]! / total);
      };
      sum = model.device.scope(added as never) as Pass<Carry>;
      if (before) carry.discard(Object.values(before), sum);
    }
    return sum!;
  } catch (error) {
    carry.discard(sum && Object.values(sum));
    throw error;
  }
}

/** `before` and the share of one more batch. */
function accumulate<Carry>(before: Pass<Carry> | undefined, pass: Pass<Carry>, share: number): Pass<Carry> {
  const join = (sum: Tensor | undefined, more: Tensor) => {
    const part = multiply(more, share);
    return sum ? add(sum, part) : part;
  };
  const gradients = new Map(
    [...pass.gradients].map(([name, gradient]) => [name, join(before?.gradients.get(name), gradient)]),
  );
  return { value: join(before?.value, pass.value), gradients, auxiliary: pass.auxiliary } as Pass<Carry>;
}

function differentiate<Batch, Carry>(
  loss: LossFunction<Batch, Carry>,
  batch: Batch,
  carry: Carry | undefined,
  parameters: ReadonlyMap<string, Parameter>,
) {
  return valueAndGrad<ReadonlyMap<string, Parameter>, Carry | undefined>(() => {
    const result = separate<Carry>(loss(batch, carry));
    return { value: result.loss, auxiliary: result.carry };
  }, parameters);
}

/** What a loss function returned, as one form. */
export function separate<Carry>(result: ReturnType<LossFunction<never, Carry>>): {
  readonly loss: Tensor;
  readonly carry: Carry | undefined;
  readonly metrics: Readonly<Record<string, Tensor>>;
} {
  if (result instanceof Tensor) return { loss: result, carry: undefined, metrics: {} };
  if (!(result?.loss instanceof Tensor)) {
    throw new OptionError('fit: loss returned no tensor, expected a scalar tensor or { loss, carry, metrics }');
  }
  return { loss: result.loss, carry: result.carry, metrics: result.metrics ?? {} };
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
