import {
  type Backend,
  type Device,
  formatShape,
  kindOf,
  OptionError,
  Parameter,
  type Random,
  refuse,
  type Shape,
  ShapeError,
  sizeOf,
} from '@sluice/core';

/** An `Initializer` that may tell the blocks apart. */
export type BlockInitializer = (random: Random, shape: Shape, block: number) => Float64Array;

/**
 * A parameter of the device's dtype, drawn as `blocks` equal parts of its first axis, one after the other. Nothing is drawn for a model that is
 * built to be given its weights.
 * @param argument the option that the initializer is
 * @throws OptionError for an initializer that is none or gives NaN; ShapeError for one that gives too many numbers, or too few
 */
export function makeParameter(
  device: Device,
  operation: string,
  argument: string,
  shape: Shape,
  initializer: BlockInitializer,
  blocks = 1,
): Parameter {
  if (device.guarded) {
    const fill = (backend: Backend) => backend.fill(sizeOf(shape), 0, device.dtype);
    return new Parameter(device.execute(operation, [], shape, device.dtype, fill));
  }
  const blockShape = shape.with(0, shape[0]! / blocks);
  const size = sizeOf(blockShape);
  const data = new Float64Array(sizeOf(shape));
  const check = (fits: boolean, got: string) => {
    if (!fits) refuse(OptionError, operation, argument, got, 'an initializer, such as xavierUniform()');
  };
  check(typeof initializer === 'function', `is ${kindOf(initializer)}`);
  for (let i = 0; i < blocks; i++) {
    const values = initializer(device.random, blockShape, i);
    check(typeof values === 'object' && values !== null, `gave ${kindOf(values)}`);
    if (values.length !== size) {
      refuse(
        ShapeError,
        operation,
        argument,
        `gave ${values.length} values`,
        `${size} for shape ${formatShape(blockShape)}`,
      );
    }
    check(!values.includes(Number.NaN), 'gave NaN');
    data.set(values, i * size);
  }
  return new Parameter(device.tensor(data, { shape, dtype: device.dtype }));
}
