import {
  type Backend,
  type Device,
  formatShape,
  kindOf,
  OptionError,
  Parameter,
  type Random,
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
  const refuse = (got: string) => {
    const expected = 'an initializer, such as xavierUniform()';
    throw new OptionError({ operation, argument, got, expected });
  };
  if (typeof initializer !== 'function') refuse(`is ${kindOf(initializer)}`);
  for (let i = 0; i < blocks; i++) {
    const values = initializer(device.random, blockShape, i);
    if (typeof values !== 'object' || values === null) refuse(`gave ${kindOf(values)}`);
    if (values.length !== size) {
      const expected = `${size} for shape ${formatShape(blockShape)}`;
      throw new ShapeError({ operation, argument, got: `gave ${values.length} values`, expected });
    }
    if (values.includes(Number.NaN)) refuse('gave NaN');
    data.set(values, i * size);
  }
  return new Parameter(device.tensor(data, { shape, dtype: device.dtype }));
}
