import { OptionError, readOptions, required } from '@sluice/core';

/** The learning rate for the update after `step` updates: 0 for the first. Depends on nothing else. */
export type Schedule = (step: number) => number;

export interface StepDecayOptions {
  /** The rate at step 0, at least 0. */
  readonly learningRate: number;
  /** Steps between two decays, a whole number of at least 1. */
  readonly every: number;
  /** What each decay multiplies by, at least 0. Default 0.1. */
  readonly factor?: number | undefined;
}

/**
 * learningRate factor^floor(step / every), as `torch.optim.lr_scheduler.StepLR`.
 * @throws OptionError for an option outside its range, or that is none
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const { learningRate, every, factor } = readOptions('stepDecay', options, {
    learningRate: required,
    every: required,
    factor: 0.1,
  });
  atLeastZero('stepDecay', { learningRate, factor });
  wholeSteps('stepDecay', { every });
  return (step) => learningRate * factor ** Math.floor(step / every);
}

export interface ExponentialDecayOptions {
  /** The rate at step 0, at least 0. */
  readonly learningRate: number;
  /** What `every` steps multiply by, at least 0. */
  readonly factor: number;
  /** Steps over which the factor takes effect, a whole number of at least 1. Default 1. */
  readonly every?: number | undefined;
}

/**
 * learningRate factor^(step / every), as `torch.optim.lr_scheduler.ExponentialLR` for every = 1.
 * @throws OptionError for an option outside its range, or that is none
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { learningRate, factor, every } = readOptions('exponentialDecay', options, {
    learningRate: required,
    factor: required,
    every: 1,
  });
  atLeastZero('exponentialDecay', { learningRate, factor });
  wholeSteps('exponentialDecay', { every });
  return (step) => learningRate * factor ** (step / every);
}

export interface CosineRestartsOptions {
  /** The rate at step 0 and after each restart, at least 0. */
  readonly learningRate: number;
  /** Steps of the first period, a whole number of at least 1. */
  readonly period: number;
  /** How many times longer each period is than the one before, a whole number of at least 1. Default 1. */
  readonly multiplier?: number | undefined;
  /** What the rate falls towards, at least 0. Default 0. */
  readonly minimum?: number | undefined;
}

/**
 * Cosine annealing with warm restarts (Loshchilov & Hutter 2017, eq. 5): minimum + (learningRate - minimum) (1 + cos(pi t / T)) / 2, t steps
 * into a period of T, as `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`. A period as long as the training makes it one
 * fall without restarts.
 * @throws OptionError for an option outside its range, or that is none
 */
export function cosineRestarts(options: CosineRestartsOptions): Schedule {
  const { learningRate, period, multiplier, minimum } = readOptions('cosineRestarts', options, {
    learningRate: required,
    period: required,
    multiplier: 1,
    minimum: 0,
  });
  atLeastZero('cosineRestarts', { learningRate, minimum });
  wholeSteps('cosineRestarts', { period, multiplier });
  return (step) => {
    let length = period;
    let position = step;
    if (multiplier === 1) position %= period;
    else {
      while (position >= length) {
        position -= length;
        length *= multiplier;
      }
    }
    return anneal(learningRate, minimum, position / length);
  };
}

export interface LinearWarmUpOptions {
  /** Steps of the warm-up, a whole number of at least 1. */
  readonly steps: number;
  /** What follows; it begins with its own step 0 when the warm-up ends. A number stands for a constant rate. */
  readonly schedule: Schedule | number;
  /** Share of the first rate of what follows that the warm-up begins with, 0 to 1. Default 1/3. */
  readonly startFactor?: number | undefined;
}

/**
 * A linear rise to the first rate of another schedule, and then that schedule: `torch.optim.lr_scheduler.LinearLR` followed by it in
 * `SequentialLR`.
 * @throws OptionError for an option outside its range, or that is none
 * @example
 * linearWarmUp({ steps: 500, schedule: cosineRestarts({ learningRate: 0.002, period: 10_000 }) });
 */
export function linearWarmUp(options: LinearWarmUpOptions): Schedule {
  const { steps, schedule, startFactor } = readOptions('linearWarmUp', options, {
    steps: required,
    schedule: required,
    startFactor: 1 / 3,
  });
  if (typeof schedule !== 'number' && typeof schedule !== 'function') {
    const got = `is ${typeof schedule === 'object' ? 'an object' : String(schedule)}`;
    throw new OptionError({
      operation: 'linearWarmUp',
      argument: 'schedule',
      got,
      expected: 'a function of the step, or a number',
    });
  }
  const next: Schedule = typeof schedule === 'number' ? () => schedule : schedule;
  wholeSteps('linearWarmUp', { steps });
  share('linearWarmUp', { startFactor });
  if (typeof schedule === 'number') atLeastZero('linearWarmUp', { schedule });
  return (step) => (step < steps ? next(0) * (startFactor + (1 - startFactor) * (step / steps)) : next(step - steps));
}

export interface OneCycleOptions {
  /** The highest rate, at least 0. */
  readonly maximum: number;
  /** Steps of the whole cycle, a whole number of at least 2; later steps keep its last rate. */
  readonly steps: number;
  /** Share of the steps in which the rate rises, 0 to 1. Default 0.3. */
  readonly rise?: number | undefined;
  /** The first rate is the maximum divided by this, above 0. Default 25. */
  readonly startDivisor?: number | undefined;
  /** The last rate is the first divided by this, above 0. Default 10,000. */
  readonly endDivisor?: number | undefined;
}

/**
 * One cycle (Smith & Topin 2018): a cosine rise from maximum / startDivisor, which ends at step rise steps - 1, and a cosine fall to the
 * first rate / endDivisor at step steps - 1, as `torch.optim.lr_scheduler.OneCycleLR`.
 * @throws OptionError for an option outside its range, or that is none
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { maximum, steps, rise, startDivisor, endDivisor } = readOptions('oneCycle', options, {
    maximum: required,
    steps: required,
    rise: 0.3,
    startDivisor: 25,
    endDivisor: 1e4,
  });
  atLeastZero('oneCycle', { maximum });
  wholeSteps('oneCycle', { steps }, 2);
  share('oneCycle', { rise });
  for (const [argument, value] of Object.entries({ startDivisor, endDivisor })) {
    demand('oneCycle', argument, value, value > 0, 'a number above 0');
  }
  const first = maximum / startDivisor;
  const top = rise * steps - 1;
  const end = steps - 1;
  return (step) => {
    if (step >= end) return first / endDivisor;
    return step <= top
      ? anneal(first, maximum, top === 0 ? 1 : step / top)
      : anneal(maximum, first / endDivisor, (step - top) / (end - top));
  };
}

/** From `from` at position 0 to `to` at position 1, along half a cosine. */
function anneal(from: number, to: number, position: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * position))) / 2;
}

function demand(operation: string, argument: string, value: number, valid: boolean, expected: string): void {
  if (!valid) throw new OptionError({ operation, argument, got: `is ${value}`, expected });
}

function atLeastZero(operation: string, values: Readonly<Record<string, number>>): void {
  for (const [argument, value] of Object.entries(values)) {
    demand(operation, argument, value, value >= 0 && value < Number.POSITIVE_INFINITY, 'a finite number of at least 0');
  }
}

function wholeSteps(operation: string, values: Readonly<Record<string, number>>, least = 1): void {
  for (const [argument, value] of Object.entries(values)) {
    const valid = Number.isSafeInteger(value) && value >= least;
    demand(operation, argument, value, valid, `a whole number of at least ${least}`);
  }
}

function share(operation: string, values: Readonly<Record<string, number>>): void {
  for (const [argument, value] of Object.entries(values)) {
    demand(operation, argument, value, value >= 0 && value <= 1, 'a number from 0 to 1');
  }
}
