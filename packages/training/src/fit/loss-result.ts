import { DeviceError, DTypeError, formatShape, isFloat, OptionError, ShapeError, Tensor } from '@sluice/core';
import type { Module } from '@sluice/layers';
import type { LossFunction, LossResult } from './options.ts';

/** What a loss function returned, as one form. */
export interface Separated<Carry> {
  readonly loss: Tensor;
  readonly carry: Carry | undefined;
  readonly metrics: Readonly<Record<string, Tensor>>;
}

/** @throws OptionError, ShapeError, DTypeError, DeviceError unless loss and metrics are scalars of the model's device, the loss a float */
export function separate<Carry>(
  model: Module,
  result: ReturnType<LossFunction<never, Carry>>,
  option = 'loss',
): Separated<Carry> {
  if (typeof (result as { readonly then?: unknown } | undefined)?.then === 'function') {
    throw new OptionError(`fit: ${option} returned a promise, expected a tensor: it must be synchronous`);
  }
  const {
    loss,
    carry,
    metrics = {},
  }: Partial<LossResult<Carry>> = result instanceof Tensor ? { loss: result } : (result ?? {});
  if (!(loss instanceof Tensor)) {
    throw new OptionError(`fit: ${option} returned no tensor, expected a scalar tensor or { loss, carry, metrics }`);
  }
  checkScalar(model, option, loss);
  if (!isFloat(loss.dtype)) {
    throw new DTypeError({ operation, argument: option, got: `has dtype ${loss.dtype}`, expected: 'a float dtype' });
  }
  for (const [name, metric] of Object.entries(metrics)) checkScalar(model, `metrics.${name}`, metric);
  return { loss, carry, metrics };
}

const operation = 'fit';

function checkScalar(model: Module, argument: string, x: Tensor): void {
  if (!(x instanceof Tensor)) {
    throw new OptionError({ operation, argument, got: `is of type ${typeof x}`, expected: 'a scalar tensor' });
  }
  if (x.size !== 1) {
    throw new ShapeError({ operation, argument, got: `has shape ${formatShape(x.shape)}`, expected: 'a scalar' });
  }
  if (x.device === model.device) return;
  const got = `is on another device (${x.device.backend.name})`;
  throw new DeviceError({ operation, argument, got, expected: `that of the model (${model.device.backend.name})` });
}
