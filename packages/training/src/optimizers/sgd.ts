import { add, multiply, subtract } from '@sluice/autograd';
import { type Complete, OptionError, type Parameter, readOptions, required, type Tensor } from '@sluice/core';
import { checkFlag, checkOption, Optimizer } from './optimizer.ts';

export interface SGDOptions {
  /** At least 0. */
  readonly learningRate: number;
  /** Share of the running sum of gradients that each step keeps, at least 0. Default 0: no sum is kept. */
  readonly momentum?: number | undefined;
  /** Share of each gradient but the first that does not enter the sum, 0 to 1. Default 0. */
  readonly dampening?: number | undefined;
  /** Looks ahead by the momentum (Sutskever et al. 2013); needs a momentum and no dampening. Default false. */
  readonly nesterov?: boolean | undefined;
  /** Factor of an L2 penalty, at least 0. Default 0. */
  readonly weightDecay?: number | undefined;
}

/**
 * Stochastic gradient descent as `torch.optim.SGD`. With g the gradient, plus weightDecay theta:
 * b = momentum b + (1 - dampening) g, at the first step b = g; with Nesterov g += momentum b, else g = b; theta -= learningRate g.
 * Without momentum: theta -= learningRate g.
 */
export class SGD extends Optimizer<'momentum'> {
  readonly #options: Omit<Complete<SGDOptions>, 'learningRate'>;

  /** @throws OptionError for an option outside its range, or that is none, and for no parameters */
  constructor(parameters: ReadonlyMap<string, Parameter>, options: SGDOptions) {
    const { learningRate, ...rest } = readOptions('SGD', options, {
      learningRate: required,
      momentum: 0,
      dampening: 0,
      nesterov: false,
      weightDecay: 0,
    });
    const { momentum, dampening, nesterov } = rest;
    checkOption('SGD', 'momentum', momentum);
    checkOption('SGD', 'dampening', dampening);
    checkFlag('SGD', 'nesterov', nesterov);
    checkOption('SGD', 'weightDecay', rest.weightDecay);
    if (dampening > 1) {
      const got = `is ${dampening}`;
      throw new OptionError({ operation: 'SGD', argument: 'dampening', got, expected: 'a number from 0 to 1' });
    }
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new OptionError('SGD: nesterov needs a momentum above 0 and a dampening of 0');
    }
    super('SGD', parameters, { learningRate, slots: momentum > 0 ? ['momentum'] : [] });
    this.#options = rest;
  }

  protected override update(parameter: Tensor, gradient: Tensor, slots: { readonly momentum?: Tensor | undefined }) {
    const { momentum, dampening, nesterov, weightDecay } = this.#options;
    const g = weightDecay > 0 ? add(gradient, multiply(parameter, weightDecay)) : gradient;
    const descend = (direction: Tensor) => subtract(parameter, multiply(direction, this.learningRate));
    if (!slots.momentum) return { parameter: descend(g), slots: {} as Record<'momentum', Tensor> };
    const share = this.steps === 1 ? 1 : 1 - dampening;
    const sum = add(multiply(slots.momentum, momentum), multiply(g, share));
    return { parameter: descend(nesterov ? add(g, multiply(sum, momentum)) : sum), slots: { momentum: sum } };
  }
}
