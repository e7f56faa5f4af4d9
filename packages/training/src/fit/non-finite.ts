import { type OperationEvent, observeOperations } from '@sluice/autograd';
import { type Device, SluiceError, Tensor, tensorsIn } from '@sluice/core';
import type { Module } from '@sluice/layers';
import { LossLabel } from '../losses/loss-label.ts';
import type { Breather } from './pause.ts';
import { arraysIn, canProbe, nonFiniteIn, probe } from './probe.ts';
import { interrupted, type Stopper } from './stopper.ts';

export interface NonFiniteDetails {
  /** The update that was not made, or after which it was found, counted from 1. */
  readonly step: number;
  /**
   * The first operation that gave NaN or an infinity, or the loss of this package that it is a part of; the update rule, e.g. `Adam`, `averageWeights`, `schedule` or `loss` for what those left behind;
   * `undefined` when none was found.
   */
  readonly operation: string | undefined;
  /** Dotted name of the layer that it ran in, or whose parameter it is, `''` for the model itself; `undefined` outside of layers. */
  readonly layer: string | undefined;
  readonly pass: 'forward' | 'backward' | 'update' | undefined;
  /** Parameters, batch and carry entries that were not finite before the step; for a state, all of it that is not finite. */
  readonly inputs: readonly string[];
}

/** A loss, a gradient or a state of the training is NaN or infinite. It was neither used for an update nor saved. */
export class NonFiniteError extends SluiceError {
  override readonly name: string = 'NonFiniteError';
  readonly details: NonFiniteDetails;

  constructor(message: string, details: NonFiniteDetails) {
    super(message);
    this.details = details;
  }
}

export interface NonFiniteCase {
  /** What the message begins with, e.g. `step 3`. */
  readonly place: string;
  /** How it ends, e.g. `nothing was updated`. */
  readonly outcome: string;
  readonly step: number;
  readonly model: Module;
  readonly batch: unknown;
  readonly carry: unknown;
  readonly loss: number;
  readonly gradientNorm: number;
  /** Runs forward and backward pass again, each synchronous part inside `around`, with the same random numbers, and frees their results. */
  readonly rerun: (around: (work: () => void) => void) => Promise<void>;
  readonly breather: Breather;
  readonly stopper: Stopper;
}

/** What is named when the gradients are finite and their norm is not. */
const normName = 'globalNorm';

/** Finds where the first number that is not finite came from, by running the step again and watching each operation. */
export async function explainNonFinite(problem: NonFiniteCase): Promise<NonFiniteError | typeof interrupted> {
  const { step, model, loss, gradientNorm, breather, stopper } = problem;
  const inputs = await findInputs(problem);
  const found = await findOperation(model.device, problem);
  if (found === undefined && stopper.reason) return interrupted;
  const layer = found && layerOf(model, found.label);
  const overflows = found === undefined && Number.isFinite(loss);
  const [operation, pass] = overflows ? [normName, 'backward' as const] : [found?.operation, found?.pass];
  const details = { step, operation, layer, pass, inputs };
  let cause: string;
  if (
    found?.label instanceof LossLabel &&
    found.label.isMean &&
    found.pass === 'forward' &&
    Number.isNaN(found.value)
  ) {
    cause = `no position counts in ${found.operation}, whose mean is one of nothing: it has no targets, all of them are ignored, or all weights are 0 (a batch for which items gives 0 is passed over)`;
  } else if (found) {
    const place = layer === undefined ? ' outside of any layer' : layer === '' ? ' in the model' : ` in layer ${layer}`;
    cause = `${found.operation}${place} gave ${found.value} (${found.pass})`;
  } else if (overflows) cause = `${normName} gave ${gradientNorm} (backward), though each gradient is finite`;
  else cause = `the loss is ${loss}, but was finite when the step was run again`;
  await breather.pauseWhenDue();
  const message = [cause, ...inputs, problem.outcome].join('; ');
  return new NonFiniteError(`fit: ${problem.place}: ${message}`, details);
}

function layerOf(model: Module, label: unknown): string | undefined {
  const own = label instanceof LossLabel ? label.around : label;
  for (const [name, module] of model.modules()) if (module === own) return name;
  return undefined;
}

interface Finding {
  readonly operation: string;
  readonly pass: OperationEvent['pass'];
  readonly label: unknown;
  readonly value: number;
}

async function findOperation(
  device: Device,
  { rerun, breather, stopper }: NonFiniteCase,
): Promise<Finding | undefined> {
  const probes: { readonly event: Omit<OperationEvent, 'outputs'>; readonly extremes: readonly Tensor[] }[] = [];
  const observe = ({ outputs, ...event }: OperationEvent) => {
    for (const output of outputs) {
      if (output.device === device && canProbe(output)) probes.push({ event, extremes: probe(output) });
    }
  };
  try {
    await rerun((work) => observeOperations(observe, work));
    for (const { event, extremes } of probes) {
      if (stopper.reason) return undefined;
      await breather.pauseWhenDue();
      for (const extreme of extremes) {
        const value = await extreme.item();
        if (Number.isFinite(value)) continue;
        const operation = event.label instanceof LossLabel ? event.label.name : event.operation;
        return { ...event, operation, value };
      }
    }
    return undefined;
  } finally {
    for (const tensor of tensorsIn(probes)) tensor.dispose();
  }
}

async function findInputs({ model, batch, carry, breather }: NonFiniteCase): Promise<string[]> {
  const parameters = [...model.parameters()].map(([name, parameter]) => [`parameter ${name}`, parameter] as const);
  const named = [...parameters, ...arraysIn('batch', batch), ...arraysIn('carry', carry)];
  const tensors = named.filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor);
  const onDevice = await nonFiniteIn(tensors, () => breather.pauseWhenDue());
  const found: string[] = [];
  for (const [name, value] of named) {
    const bad = value instanceof Tensor ? onDevice.get(name) : nonFiniteNumber(value);
    if (bad !== undefined) found.push(`${name} holds ${bad}`);
  }
  return found;
}

function nonFiniteNumber(value: unknown): number | undefined {
  return (value as Float32Array | Float64Array).find((element) => !Number.isFinite(element));
}
