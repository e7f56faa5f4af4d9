import { add, divide, multiply, sqrt, square, subtract } from '@sluice/autograd';
import {
  type AdamResults,
  type AdamStep,
  type Complete,
  type OptimizerKernels,
  type Parameter,
  readOptions,
  type Tensor,
} from '@sluice/core';
import { optimizerKernels } from '../kernels.ts';
import { checkOption, Optimizer } from './optimizer.ts';

export interface AdamOptions {
  /** At least 0. Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Share of the running mean of gradients that each step keeps, 0 to below 1. Default 0.9. */
  readonly beta1?: number | undefined;
  /** Share of the running mean of squared gradients that each step keeps, 0 to below 1. Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of the squares, at least 0. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /** For Adam the factor of an L2 penalty, for AdamW the share of the step size that weights decay by; at least 0. Default 0; AdamW 0.01. */
  readonly weightDecay?: number | undefined;
}

type AdamSlot = 'firstMoment' | 'secondMoment';

abstract class AdamRule extends Optimizer<AdamSlot> {
  readonly #options: Omit<Complete<AdamOptions>, 'learningRate'>;
  readonly #decoupled: boolean;

  constructor(
    kind: string,
    parameters: ReadonlyMap<string, Parameter>,
    options: AdamOptions | undefined,
    decoupled: boolean,
  ) {
    const { learningRate, ...rest } = readOptions(kind, options, {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: decoupled ? 0.01 : 0,
    });
    checkOption(kind, 'beta1', rest.beta1, 1);
    checkOption(kind, 'beta2', rest.beta2, 1);
    checkOption(kind, 'epsilon', rest.epsilon);
    checkOption(kind, 'weightDecay', rest.weightDecay);
    super(kind, parameters, { learningRate, slots: ['firstMoment', 'secondMoment'] });
    this.#decoupled = decoupled;
    this.#options = rest;
  }

  protected override update(parameter: Tensor, gradient: Tensor, moments: Readonly<Record<AdamSlot, Tensor>>) {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const stepSize = this.learningRate / (1 - beta1 ** this.steps);
    const deviationScale = 1 / Math.sqrt(1 - beta2 ** this.steps);
    const kernels = optimizerKernels(parameter);
    if (kernels) {
      const penalty = this.#decoupled ? 0 : weightDecay;
      const decay = this.#decoupled ? 1 - this.learningRate * weightDecay : 1;
      const step = { beta1, beta2, epsilon, penalty, decay, stepSize, deviationScale };
      return updateFused(kernels, parameter, gradient, moments, step);
    }
    let theta = parameter;
    let g = gradient;
    if (weightDecay > 0) {
      if (this.#decoupled) theta = multiply(theta, 1 - this.learningRate * weightDecay);
      else g = add(g, multiply(theta, weightDecay));
    }
    const firstMoment = add(multiply(moments.firstMoment, beta1), multiply(g, 1 - beta1));
    const secondMoment = add(multiply(moments.secondMoment, beta2), multiply(square(g), 1 - beta2));
    const deviation = add(multiply(sqrt(secondMoment), deviationScale), epsilon);
    const change = multiply(divide(firstMoment, deviation), stepSize);
    return { parameter: subtract(theta, change), slots: { firstMoment, secondMoment } };
  }
}

/** The same in one kernel. */
function updateFused(
  kernels: OptimizerKernels<unknown>,
  parameter: Tensor,
  gradient: Tensor,
  { firstMoment, secondMoment }: Readonly<Record<AdamSlot, Tensor>>,
  step: AdamStep,
) {
  const { device, shape, dtype } = parameter;
  const operands = [parameter, gradient, firstMoment, secondMoment];
  let results: AdamResults<unknown> | undefined;
  const changed = device.execute('adam', operands, shape, dtype, (_, [theta, g, m, v]) => {
    results = kernels.adam({ parameter: theta!, gradient: g!, firstMoment: m!, secondMoment: v! }, step);
    return results.parameter;
  });
  const slot = (name: AdamSlot) => device.execute('adam', [], shape, dtype, () => results?.[name]);
  return { parameter: changed, slots: { firstMoment: slot('firstMoment'), secondMoment: slot('secondMoment') } };
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1) as `torch.optim.Adam`. With g the gradient, plus weightDecay theta:
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * theta -= learningRate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).
 * @example
 * const optimizer = new Adam(model.parameters(), { learningRate: 0.002 });
 */
export class Adam extends AdamRule {
  /** @throws OptionError for an option outside its range, or that is none, and for no parameters */
  constructor(parameters: ReadonlyMap<string, Parameter>, options?: AdamOptions) {
    super('Adam', parameters, options, false);
  }
}

/**
 * Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019, algorithm 2) as `torch.optim.AdamW`:
 * theta *= 1 - learningRate weightDecay, and then as `Adam` without a penalty.
 */
export class AdamW extends AdamRule {
  /** @throws OptionError for an option outside its range, or that is none, and for no parameters */
  constructor(parameters: ReadonlyMap<string, Parameter>, options?: AdamOptions) {
    super('AdamW', parameters, options, true);
  }
}
