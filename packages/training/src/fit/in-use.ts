import { OptionError } from '@sluice/core';
import type { Module } from '@sluice/layers';
import type { Optimizer } from '../optimizers/optimizer.ts';

/** Parameters and optimizers that a training is changing now. */
const inUse = new WeakSet<object>();

/**
 * Marks a model and an optimizer as being trained.
 * @returns what takes the mark away
 * @throws OptionError when another training has one of them, or a parameter
 */
export function occupy(model: Module, optimizer: Optimizer): () => void {
  const parameters = [...model.parameters().values()];
  const advice = 'one that no other fit is training: let that one end first, or leave its loop';
  const refuse = (argument: string) =>
    new OptionError({ operation: 'fit', argument, got: 'is being trained by another fit', expected: advice });
  if (inUse.has(optimizer)) throw refuse('optimizer');
  if (parameters.some((parameter) => inUse.has(parameter))) throw refuse('model');
  const all = [optimizer, ...parameters];
  for (const each of all) inUse.add(each);
  return () => {
    for (const each of all) inUse.delete(each);
  };
}
