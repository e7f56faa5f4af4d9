import { checkGiven, checkTensors, createDataArray, type Tensor } from '@sluice/core';
import { multiply } from './elementwise.ts';
import { checkFloat } from './support.ts';

/**
 * Sets each element to 0 with a probability and divides the others by its complement, so that the expectation stays
 * (Srivastava et al. 2014, section 10). Draws from `device.random`. Layers decide whether they train; this always drops.
 * @param probability from 0 (returns x itself) to 1 (all zeros)
 * @throws OptionError when the probability lies outside
 */
export function dropout(x: Tensor, probability: number): Tensor {
  checkTensors('dropout', { x });
  checkFloat('dropout', 'x', x);
  const fits = typeof probability === 'number' && probability >= 0 && probability <= 1;
  checkGiven(fits, 'dropout', 'probability', probability, 'a number from 0 to 1');
  return probability === 0 ? x : x.device.scope(() => multiply(x, dropoutMask(x, probability)));
}

/** The factors of `dropout` for a tensor like `x`: 0, or 1 / (1 - probability). The stream moves on by one draw an element, whoever draws. */
function dropoutMask({ device, dtype, shape, size }: Tensor, probability: number): Tensor {
  const kept = probability === 1 ? 0 : 1 / (1 - probability);
  const { random } = device;
  const kernels = device.backend.random;
  if (kernels?.supports(dtype)) {
    const { key, position } = random.state;
    random.state = { key, position: position + size };
    const stream = { key, position };
    return device.execute('dropout', [], shape, dtype, () =>
      kernels.dropoutMask(size, dtype, stream, probability, kept),
    );
  }
  const mask = createDataArray(dtype, size);
  for (let i = 0; i < size; i++) mask[i] = random.next() < probability ? 0 : kept;
  return device.execute('dropout', [], shape, dtype, (backend) => backend.upload(mask, dtype));
}
