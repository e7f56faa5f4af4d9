import { checkTensors, type Tensor } from '@sluice/core';

/** The same elements, as a constant: no gradient flows through. Shares the storage. */
export function detach(x: Tensor): Tensor {
  checkTensors('detach', { x });
  return x.device.view('detach', x, x.shape);
}
