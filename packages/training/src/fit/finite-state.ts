import type { Tensor } from '@sluice/core';
import type { Module } from '@sluice/layers';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { WeightAverage } from './average.ts';
import { NonFiniteError } from './non-finite.ts';
import type { Breather } from './pause.ts';
import { arraysIn, nonFiniteIn } from './probe.ts';

export interface LiveState {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  readonly carry: unknown;
  /** Updates made. */
  readonly step: number;
}

interface Part {
  /** What made it. */
  readonly operation: string;
  readonly parameter: string | undefined;
  readonly tensor: Tensor;
}

/** So many are named in a message. */
const mostNamed = 5;

/**
 * Looks at weights, optimizer, mean of the weights and carry as they are between two steps.
 * @throws NonFiniteError naming what is not finite
 */
export async function checkFiniteState(state: LiveState, breather: Breather): Promise<void> {
  const { model, optimizer, step } = state;
  const parts = partsOf(state);
  const tensors = [...parts].map(([name, { tensor }]) => [name, tensor] as const);
  const found = await nonFiniteIn(tensors, () => breather.pauseWhenDue());
  const [first] = found.keys();
  if (first === undefined) return;
  const inputs = [...found].map(([name, value]) => `${name} holds ${value}`);
  const { operation, parameter } = parts.get(first)!;
  const layer = parameter === undefined ? undefined : layerOf(model, parameter);
  const place = layer === undefined ? '' : layer === '' ? ' in the model' : ` in layer ${layer}`;
  const others = inputs.length > mostNamed ? [`and ${inputs.length - mostNamed} more`] : [];
  const cause = `what ${operation} left behind${place} is not finite, at learning rate ${optimizer.learningRate}`;
  const message = [cause, ...inputs.slice(0, mostNamed), ...others, 'nothing was saved'].join('; ');
  const details = { step, operation, layer, pass: 'update', inputs } as const;
  throw new NonFiniteError(`fit: step ${step}: ${message}`, details);
}

function partsOf({ model, optimizer, average, carry }: LiveState): Map<string, Part> {
  const parts = new Map<string, Part>();
  const { kind } = optimizer;
  for (const [parameter, tensor] of model.parameters()) {
    parts.set(`parameter ${parameter}`, { operation: kind, parameter, tensor });
  }
  const names = new Map([...model.parameters()].map(([name, tensor]) => [tensor, name]));
  for (const [own, parameter] of optimizer.parameters) {
    for (const [slot, tensor] of optimizer.slotsOf(own)) {
      parts.set(`${slot} of parameter ${own}`, { operation: kind, parameter: names.get(parameter), tensor });
    }
  }
  for (const [parameter, tensor] of average?.means ?? []) {
    parts.set(`mean of parameter ${parameter}`, { operation: 'averageWeights', parameter, tensor });
  }
  for (const [name, array] of arraysIn('carry', carry)) {
    parts.set(name, { operation: 'loss', parameter: undefined, tensor: array as Tensor });
  }
  return parts;
}

/** The innermost layer that has the parameter. */
function layerOf(model: Module, parameter: string): string {
  const around = [...model.modules().keys()].filter((name) => name === '' || parameter.startsWith(`${name}.`));
  return around.reduce((longest, name) => (name.length > longest.length ? name : longest), '');
}
