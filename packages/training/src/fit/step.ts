import { cast, concat, reshape, valueAndGrad } from '@sluice/autograd';
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
 * @param step the number of this update, from 1, for errors
 * @throws NonFiniteError when loss or gradients are not finite; parameters, optimizer, carry and random numbers are as before then
 */
export async function makeStep<Batch, Carry>(
  options: FitOptions<Batch, Carry>,
  batch: Batch,
  carry: CarryKeeper<Carry>,
  step: number,
): Promise<StepResult> {
  const { model, optimizer, loss } = options;
  const { device } = model;
  const parameters = optimizer.parameters;
  const randomBefore = device.random.state;
  const forward = () => differentiate(loss, batch, carry.value, parameters);
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
          batch,
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
} {
  if (result instanceof Tensor) return { loss: result, carry: undefined };
  if (!(result?.loss instanceof Tensor)) {
    throw new OptionError('fit: loss returned no tensor, expected a scalar tensor or { loss, carry }');
  }
  return { loss: result.loss, carry: result.carry };
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
