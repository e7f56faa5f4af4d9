import { add, divide, maximum, multiply, sqrt, square, subtract } from '@sluice/autograd';
import { type Complete, type Parameter, readOptions, type Tensor } from '@sluice/core';
import { checkFlag, checkOption, Optimizer } from './optimizer.ts';

export interface RMSpropOptions {
  /** At least 0. Default 0.01. */
  readonly learningRate?: number | undefined;
  /** Share of the running mean of squared gradients that each step keeps, 0 to below 1. Default 0.99. */
  readonly alpha?: number | undefined;
  /** Added to the root of the mean, at least 0. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /** Share of the running sum of steps that each step keeps, at least 0. Default 0: no sum is kept. */
  readonly momentum?: number | undefined;
  /** Divide by an estimate of the variance and not of the square (Graves 2013, section 2.4). Default false. */
  readonly centered?: boolean | undefined;
  /** Factor of an L2 penalty, at least 0. Default 0. */
  readonly weightDecay?: number | undefined;
}

type RMSpropSlot = 'squareMean' | 'gradientMean' | 'momentum';

/**
 * RMSprop (Tieleman & Hinton 2012, lecture 6.5) as `torch.optim.RMSprop`. With g the gradient, plus weightDecay theta:
 * v = alpha v + (1 - alpha) g^2; centered: m = alpha m + (1 - alpha) g and v - m^2 in the place of v;
 * b = momentum b + g / (sqrt(v) + epsilon); theta -= learningRate b.
 */
export class RMSprop extends Optimizer<RMSpropSlot> {
  readonly #options: Omit<Complete<RMSpropOptions>, 'learningRate'>;

  /** @throws OptionError for an option outside its range, or that is none, and for no parameters */
  constructor(parameters: ReadonlyMap<string, Parameter>, options?: RMSpropOptions) {
    const { learningRate, ...rest } = readOptions('RMSprop', options, {
      learningRate: 0.01,
      alpha: 0.99,
      epsilon: 1e-8,
      momentum: 0,
      centered: false,
      weightDecay: 0,
    });
    checkOption('RMSprop', 'alpha', rest.alpha, 1);
    checkOption('RMSprop', 'epsilon', rest.epsilon);
    checkOption('RMSprop', 'momentum', rest.momentum);
    checkFlag('RMSprop', 'centered', rest.centered);
    checkOption('RMSprop', 'weightDecay', rest.weightDecay);
    const slots: RMSpropSlot[] = ['squareMean'];
    if (rest.centered) slots.push('gradientMean');
    if (rest.momentum > 0) slots.push('momentum');
    super('RMSprop', parameters, { learningRate, slots });
    this.#options = rest;
  }

  protected override update(parameter: Tensor, gradient: Tensor, slots: Partial<Record<RMSpropSlot, Tensor>>) {
    const { alpha, epsilon, momentum, weightDecay } = this.#options;
    const g = weightDecay > 0 ? add(gradient, multiply(parameter, weightDecay)) : gradient;
    const changed: Partial<Record<RMSpropSlot, Tensor>> = {};
    const follow = (mean: Tensor, value: Tensor) => add(multiply(mean, alpha), multiply(value, 1 - alpha));
    changed.squareMean = follow(slots.squareMean!, square(g));
    let variance = changed.squareMean;
    if (slots.gradientMean) {
      changed.gradientMean = follow(slots.gradientMean, g);
      // Rounding can take the difference below 0, whose root is NaN.
      variance = maximum(subtract(variance, square(changed.gradientMean)), 0);
    }
    let direction = divide(g, add(sqrt(variance), epsilon));
    if (slots.momentum) {
      direction = add(multiply(slots.momentum, momentum), direction);
      changed.momentum = direction;
    }
    const next = subtract(parameter, multiply(direction, this.learningRate));
    return { parameter: next, slots: changed as Record<RMSpropSlot, Tensor> };
  }
}
