import { add, isTracked, multiply, valueAndGrad } from '@sluice/autograd';
import type { Parameter, Tensor } from '@sluice/core';
import type { CarryKeeper } from './carry.ts';
import { separate } from './loss-result.ts';
import type { FitOptions } from './options.ts';
import type { Breather } from './pause.ts';
import { interrupted, type Stopper } from './stopper.ts';

/** A batch, and how much it counts. */
export interface Weighted<Batch> {
  readonly batch: Batch;
  readonly items: number;
}

export interface StepContext<Batch, Carry> {
  readonly options: FitOptions<Batch, Carry>;
  readonly carry: CarryKeeper<Carry>;
  readonly breather: Breather;
  readonly stopper: Stopper;
}

/** Loss, gradients and carry; no loss where nothing counted. */
export interface Pass<Carry> {
  readonly value: Tensor | undefined;
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly carry: Carry | undefined;
  /** Whether the loss depends on a parameter of the optimizer. */
  readonly dependent: boolean;
}

/**
 * Loss and gradients as means over batches, weighted by their items, and the carry of the last. Batches of weight 0 are run for their carry alone.
 * Between batches others have their turn, and the training may be interrupted; random numbers are as before then.
 * @param around runs each batch, synchronously
 */
export async function differentiateAll<Batch, Carry>(
  context: StepContext<Batch, Carry>,
  batches: readonly Weighted<Batch>[],
  around: (work: () => void) => void = (work) => work(),
): Promise<Pass<Carry> | typeof interrupted> {
  const { options, carry, breather, stopper } = context;
  const { device } = options.model;
  const random = device.random.state;
  const total = batches.reduce((sum, { items }) => sum + items, 0);
  let pass: Pass<Carry> = { value: undefined, gradients: new Map(), carry: carry.value, dependent: false };
  const discard = (kept?: Pass<Carry>) => carry.discard(Object.values(pass), kept);
  try {
    for (const [k, weighted] of batches.entries()) {
      if (k > 0) {
        await breather.pauseWhenDue();
        if (stopper.reason) {
          discard();
          device.random.state = random;
          return interrupted;
        }
      }
      around(() => {
        const next = device.scope((() => extend(options, pass, weighted, total)) as never) as Pass<Carry>;
        discard(next);
        pass = next;
      });
    }
    return pass;
  } catch (error) {
    discard();
    device.random.state = random;
    throw error;
  }
}

/** With the share of one more batch. */
function extend<Batch, Carry>(
  options: FitOptions<Batch, Carry>,
  before: Pass<Carry>,
  { batch, items }: Weighted<Batch>,
  total: number,
): Pass<Carry> {
  const { model, optimizer, loss } = options;
  // What does not count is not multiplied by 0: it may be NaN.
  if (items === 0) return { ...before, carry: separate<Carry>(model, loss(batch, before.carry)).carry };
  let { dependent } = before;
  const { value, gradients, auxiliary } = valueAndGrad<ReadonlyMap<string, Parameter>, Carry | undefined>(() => {
    const result = separate<Carry>(model, loss(batch, before.carry));
    dependent ||= isTracked(result.loss);
    return { value: result.loss, auxiliary: result.carry };
  }, optimizer.parameters);
  if (items === total) return { value, gradients, carry: auxiliary, dependent };
  const join = (sum: Tensor | undefined, more: Tensor) => {
    const part = multiply(more, items / total);
    return sum ? add(sum, part) : part;
  };
  return {
    value: join(before.value, value),
    gradients: new Map([...gradients].map(([name, more]) => [name, join(before.gradients.get(name), more)])),
    carry: auxiliary,
    dependent,
  };
}
