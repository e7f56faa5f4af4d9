import {
  checkFunction,
  checkSynchronous,
  DTypeError,
  hasShape,
  isFloat,
  kindOf,
  OptionError,
  refuse,
  ShapeError,
  Tensor,
} from '@sluice/core';
import { backpropagate } from './backpropagate.ts';
import { multiply } from './ops/elementwise.ts';
import { GradientTape } from './pull-back.ts';
import { checkTargets, withRecorder } from './tape.ts';

/** What gradients are taken with respect to: one tensor, a list, a record or a map of tensors. */
export type Targets = Tensor | readonly Tensor[] | ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/** The same structure as the targets, with a gradient in the place of each. */
export type GradientsOf<T extends Targets> = T extends Tensor
  ? Tensor
  : T extends ReadonlyMap<infer Key, Tensor>
    ? Map<Key, Tensor>
    : { -readonly [Key in keyof T]: Tensor };

export interface ValueAndGradients<T extends Targets, Auxiliary> {
  /** The scalar; a copy where `compute` returned a tensor that existed before. */
  readonly value: Tensor;
  /** Derivatives of the scalar, each of the shape of its target; zeros where it does not depend on one. */
  readonly gradients: GradientsOf<T>;
  /** What else the function returned. */
  readonly auxiliary: Auxiliary;
}

/**
 * Runs `compute`, which returns a scalar made of the targets, and differentiates the scalar with respect to them by reverse accumulation
 * (Linnainmaa 1976). Nothing else is recorded anywhere. It is a scope: only value, gradients and auxiliary survive. Calls nest, so the gradient
 * of a function of gradients is taken the same way.
 *
 * @param compute returns the scalar, or `{ value, auxiliary }` to hand out more (states, predictions)
 * @param targets tensors that `compute` uses, e.g. `model.parameters()`
 * @throws ShapeError unless the value has one element; DTypeError unless value and targets are floats
 * @example
 * const { value, gradients } = valueAndGrad(() => mean(square(subtract(model.call(x), y))), model.parameters());
 */
export function valueAndGrad<const T extends Targets, Auxiliary = undefined>(
  compute: () => Tensor | { readonly value: Tensor; readonly auxiliary: Auxiliary },
  targets: T,
): ValueAndGradients<T, Auxiliary> {
  return differentiate('valueAndGrad', compute, targets);
}

/** The same, in the name of another function. */
export function differentiate<const T extends Targets, Auxiliary = undefined>(
  operation: string,
  compute: () => Tensor | { readonly value: Tensor; readonly auxiliary: Auxiliary },
  targets: T,
): ValueAndGradients<T, Auxiliary> {
  checkFunction(operation, 'compute', compute);
  const list = listTargets(operation, targets);
  checkTargets(operation, list);
  const { device } = list[0] as Tensor;
  const run = (): ValueAndGradients<T, Auxiliary> => {
    const tape = new GradientTape(list);
    const result = withRecorder(device, tape, compute);
    checkSynchronous(operation, 'compute', result);
    const { value, auxiliary } =
      result instanceof Tensor ? { value: result, auxiliary: undefined as Auxiliary } : { ...result };
    checkValue(operation, value);
    const gradients = device.scope(() => {
      const seed = device.ones(value.shape, value.dtype);
      return separate(backpropagate(device, tape, [value], [seed], list));
    });
    return {
      value: device.owns(value) ? value : multiply(value, 1),
      gradients: structureLike(targets, gradients),
      auxiliary,
    };
  };
  return device.scope(run);
}

/**
 * The gradients alone.
 * @example
 * const slope = grad(() => sum(power(x, 3)), x);   // 3 x^2
 */
export function grad<const T extends Targets>(compute: () => Tensor, targets: T): GradientsOf<T> {
  const { value, gradients } = differentiate('grad', compute, targets);
  if (value.device.recorders.length === 0) value.dispose();
  return gradients;
}

/** Copies gradients that share a storage with each other or with what existed before, so that each can be disposed. */
function separate(gradients: readonly Tensor[]): Tensor[] {
  const seen = new Set<Tensor['storage']>();
  return gradients.map((gradient) => {
    const own = gradient.device.owns(gradient) && !seen.has(gradient.storage);
    seen.add(gradient.storage);
    return own ? gradient : multiply(gradient, 1);
  });
}

function listTargets(operation: string, targets: Targets): Tensor[] {
  if (typeof targets !== 'object' || targets === null) {
    refuse(OptionError, operation, 'targets', `is ${kindOf(targets)}`, 'a tensor, or a list, record or map of tensors');
  }
  if (targets instanceof Tensor) return [targets];
  if (Array.isArray(targets)) return [...targets];
  return targets instanceof Map ? [...targets.values()] : Object.values(targets);
}

function structureLike<T extends Targets>(targets: T, gradients: readonly Tensor[]): GradientsOf<T> {
  let result: unknown;
  if (targets instanceof Tensor) result = gradients[0];
  else if (Array.isArray(targets)) result = gradients;
  else if (targets instanceof Map) result = new Map([...targets.keys()].map((key, i) => [key, gradients[i]]));
  else result = Object.fromEntries(Object.keys(targets).map((key, i) => [key, gradients[i]]));
  return result as GradientsOf<T>;
}

function checkValue(operation: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    throw new OptionError(`${operation}: compute returned no tensor, expected a scalar tensor or { value, auxiliary }`);
  }
  const problem = { operation, argument: 'value' };
  if (value.size !== 1) {
    throw new ShapeError({ ...problem, got: hasShape(value), expected: 'a scalar' });
  }
  if (!isFloat(value.dtype)) {
    throw new DTypeError({ ...problem, got: `has dtype ${value.dtype}`, expected: 'a float dtype' });
  }
}
