import {
  type Backend,
  type Device,
  formatShape,
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
 */
export function makeParameter(
  device: Device,
  operation: string,
  shape: Shape,
  initializer: BlockInitializer,
  blocks = 1,
): Parameter {
  if (device.guarded) {
    const fill = (backend: Backend) => backend.fill(sizeOf(shape), 0, device.dtype);
    return new Parameter(device.execute(operation, [], shape, device.dtype, fill));
  }
  const blockShape = shape.with(0, shape[0]! / blocks);
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < blocks; i++) {
    const values = initializer(device.random, blockShape, i);
    if (values.length !== sizeOf(blockShape)) {
      const got = `gave ${values.length} values`;
      const expected = `${sizeOf(blockShape)} for shape ${formatShape(blockShape)}`;
      throw new ShapeError({ operation, argument: 'initializer', got, expected });
    }
    data.set(values, i * values.length);
  }
  return new Parameter(device.tensor(data, { shape, dtype: device.dtype }));
}
