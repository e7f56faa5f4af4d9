import type { Backend, FloatDType } from '@sluice/core';
import { fusedKernels } from './fused-kernels.ts';

/** A kernel that a backend need not have, for one element type. */
export interface OptionalKernel {
  /** E.g. `gru, reset after, float32`, `adam, float32`. */
  readonly name: string;
  readonly dtype: FloatDType;
  /** Where to read what it must compute. */
  readonly definition: string;
  isIn(backend: Backend): boolean;
}

export type OptimizerKernel = OptionalKernel & { readonly method: 'adam' | 'sumOfSquares' };

export const optimizerKernels: readonly OptimizerKernel[] = (['float32', 'float64'] as const).flatMap((dtype) =>
  (['adam', 'sumOfSquares'] as const).map((method) => ({
    name: `${method}, ${dtype}`,
    method,
    dtype,
    definition: 'OptimizerKernels in @sluice/core',
    isIn: (backend) => backend.supports(dtype) && backend.optimizer?.supports(dtype) === true,
  })),
);

export const randomKernels: readonly OptionalKernel[] = (['float32', 'float64'] as const).map((dtype) => ({
  name: `dropoutMask, ${dtype}`,
  dtype,
  definition: 'RandomKernels in @sluice/core',
  isIn: (backend) => backend.supports(dtype) && backend.random?.supports(dtype) === true,
}));

/** All that the contract knows. */
export const optionalKernels: readonly OptionalKernel[] = [...fusedKernels, ...optimizerKernels, ...randomKernels];
