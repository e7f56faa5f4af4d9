import { DeviceError, DisposedError, DTypeError, isFloat, OptionError, Tensor } from '@sluice/core';

/** @throws OptionError unless `x` is a tensor, DisposedError when it was freed. */
export function checkTensor(operation: string, argument: string, x: Tensor): void {
  if (!(x instanceof Tensor)) {
    const got = `is ${x === null ? 'null' : `of type ${typeof x}`}`;
    throw new OptionError({ operation, argument, got, expected: 'a tensor' });
  }
  if (x.disposed) {
    throw new DisposedError(`${operation}: ${argument} was used after its scope had ended or dispose() was called`);
  }
}

/** @throws as `checkTensor`; DTypeError unless `x` is of floats. */
export function checkFloat(operation: string, argument: string, x: Tensor): void {
  checkTensor(operation, argument, x);
  if (isFloat(x.dtype)) return;
  throw new DTypeError({ operation, argument, got: `has dtype ${x.dtype}`, expected: 'a float dtype' });
}

/** @throws as `checkTensor`; DeviceError or DTypeError unless `x` is on the device of `like` and of its dtype, or of another that is given. */
export function checkLike(
  operation: string,
  argument: string,
  x: Tensor,
  like: Tensor,
  role: string,
  dtype: Tensor['dtype'] = like.dtype,
): void {
  checkTensor(operation, argument, x);
  if (x.device !== like.device) {
    const got = `is on another device (${x.device.backend.name})`;
    const expected = `that of the ${role} (${like.device.backend.name})`;
    throw new DeviceError({ operation, argument, got, expected });
  }
  if (x.dtype !== dtype) {
    const expected = dtype === like.dtype ? `${dtype}, as the ${role}` : dtype;
    throw new DTypeError({ operation, argument, got: `has dtype ${x.dtype}`, expected });
  }
}

/** @throws OptionError unless it is a map. */
export function checkMap(operation: string, argument: string, map: ReadonlyMap<string, unknown>): void {
  if (typeof map?.get === 'function' && typeof map.size === 'number') return;
  const expected = 'a map, from the names of model.parameters()';
  throw new OptionError({ operation, argument, got: 'are no map', expected });
}
