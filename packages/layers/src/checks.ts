import {
  type Device,
  DeviceError,
  type DType,
  DTypeError,
  formatShape,
  OptionError,
  type Shape,
  ShapeError,
  sameShape,
  Tensor,
} from '@sluice/core';

/** @throws OptionError unless `value` is a whole number of at least 1. */
export function checkSize(operation: string, argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new OptionError({ operation, argument, got: `is ${value}`, expected: 'a whole number of at least 1' });
  }
}

/** @throws OptionError for an initializer without `target`, what it would initialise. */
export function checkInitializer(operation: string, argument: string, initializer: unknown, target: unknown): void {
  if (initializer !== undefined && !target) {
    throw new OptionError({ operation, argument, got: 'is given', expected: 'none: it has nothing to initialise' });
  }
}

/** @throws OptionError unless `value` is a number from 0 to 1. */
export function checkProbability(operation: string, argument: string, value: number): void {
  if (!(value >= 0 && value <= 1)) {
    throw new OptionError({ operation, argument, got: `is ${value}`, expected: 'a number from 0 to 1' });
  }
}

/** @throws OptionError, DeviceError or DTypeError unless `x` is a tensor on the device, of the dtype. */
export function checkTensor(operation: string, argument: string, x: Tensor, device: Device, dtype: DType): void {
  if (!(x instanceof Tensor)) {
    throw new OptionError({ operation, argument, got: `is ${x === null ? 'null' : typeof x}`, expected: 'a tensor' });
  }
  if (x.device !== device) {
    const got = `is on another device (${x.device.backend.name})`;
    throw new DeviceError({ operation, argument, got, expected: `the layer's device (${device.backend.name})` });
  }
  if (x.dtype !== dtype) throw new DTypeError({ operation, argument, got: `has dtype ${x.dtype}`, expected: dtype });
}

/** @throws ShapeError unless `x` has exactly this shape. */
export function checkExactShape(operation: string, argument: string, x: Tensor, shape: Shape): void {
  if (!sameShape(x.shape, shape)) {
    throw new ShapeError({
      operation,
      argument,
      got: `has shape ${formatShape(x.shape)}`,
      expected: formatShape(shape),
    });
  }
}

/** @throws ShapeError unless `x` has the rank of `axes` and their last, a size, as its last axis. */
export function checkAxes(operation: string, argument: string, x: Tensor, axes: readonly (string | number)[]): void {
  const matches = x.rank === axes.length && axes.every((axis, i) => typeof axis === 'string' || axis === x.shape[i]);
  if (!matches) {
    const got = `has shape ${formatShape(x.shape)}`;
    throw new ShapeError({ operation, argument, got, expected: `[${axes.join(', ')}]` });
  }
}

/** @throws ShapeError unless the last axis of `x` has this size. */
export function checkLastAxis(operation: string, argument: string, x: Tensor, size: number): void {
  if (x.shape.at(-1) !== size) {
    throw new ShapeError({ operation, argument, got: `has shape ${formatShape(x.shape)}`, expected: `[..., ${size}]` });
  }
}
