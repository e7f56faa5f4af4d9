import type { Operand } from './backend.ts';
import type { DType } from './dtype.ts';
import { readOptions, required } from './options.ts';

/** One step of Adam or AdamW, in numbers that depend on no element. Kernels round them to the type of the elements. */
export interface AdamStep {
  /** Share of the running mean of gradients that is kept. */
  readonly beta1: number;
  /** Share of the running mean of squared gradients that is kept. */
  readonly beta2: number;
  /** Added to the root of the squares. */
  readonly epsilon: number;
  /** Factor of the parameter that is added to the gradient; 0 for none. */
  readonly penalty: number;
  /** Factor of the parameter before the step; 1 for none. */
  readonly decay: number;
  /** Learning rate over 1 - beta1^t. */
  readonly stepSize: number;
  /** 1 / sqrt(1 - beta2^t). */
  readonly deviationScale: number;
}

/** @throws OptionError for a number that is missing, and for one that kernels do not know: they must not ignore it */
export function readAdamStep(step: AdamStep): AdamStep {
  return readOptions('optimizer.adam', step, {
    ...{ beta1: required, beta2: required, epsilon: required, penalty: required, decay: required },
    ...{ stepSize: required, deviationScale: required },
  });
}

export interface AdamOperands<S> {
  readonly parameter: Operand<S>;
  readonly gradient: Operand<S>;
  readonly firstMoment: Operand<S>;
  readonly secondMoment: Operand<S>;
}

export interface AdamResults<S> {
  readonly parameter: S;
  readonly firstMoment: S;
  readonly secondMoment: S;
}

/** Updates of parameters in one pass over their elements. What a backend does not support runs composed. */
export interface OptimizerKernels<S> {
  supports(dtype: DType): boolean;
  /**
   * Four arrays of one shape to three new ones (Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019, algorithm 2): g = gradient + penalty theta;
   * m' = beta1 m + (1 - beta1) g; v' = beta2 v + (1 - beta2) g^2;
   * theta' = decay theta - stepSize m' / (deviationScale sqrt(v') + epsilon).
   */
  adam(operands: AdamOperands<S>, step: AdamStep): AdamResults<S>;
  /** The sum of the squares of all elements, an array of one; 0 for no elements. */
  sumOfSquares(x: Operand<S>): S;
}
