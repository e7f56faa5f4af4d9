import type { OptimizerKernels, Tensor } from '@sluice/core';

/** The kernels that update tensors such as this one. */
export function optimizerKernels({ device, dtype }: Tensor): OptimizerKernels<unknown> | undefined {
  const { optimizer } = device.backend;
  return device.fused && optimizer?.supports(dtype) ? optimizer : undefined;
}
