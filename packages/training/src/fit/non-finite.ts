import { type OperationEvent, observeOperations } from '@sluice/autograd';
import { type Device, isFloat, SluiceError, Tensor, tensorsIn } from '@sluice/core';
import type { Module } from '@sluice/layers';

export interface NonFiniteDetails {
  /** The update that was not made, counted from 1. */
  readonly step: number;
  /** The first operation that gave NaN or an infinity; `undefined` when none was found. */
  readonly operation: string | undefined;
  /** Dotted name of the layer that it ran in, `''` for the model itself; `undefined` outside of layers. */
  readonly layer: string | undefined;
  readonly pass: 'forward' | 'backward' | undefined;
  /** Parameters, batch and carry entries that were not finite before the step. */
  readonly inputs: readonly string[];
}

/** A loss or a gradient is NaN or infinite. The update that would have followed was not made. */
export class NonFiniteError extends SluiceError {
  override readonly name: string = 'NonFiniteError';
  readonly details: NonFiniteDetails;

  constructor(message: string, details: NonFiniteDetails) {
    super(message);
    this.details = details;
  }
}

export interface NonFiniteCase {
  readonly step: number;
  readonly model: Module;
  readonly batch: unknown;
  readonly carry: unknown;
  readonly loss: number;
  readonly gradientNorm: number;
  /** Runs forward and backward pass again, with the same random numbers, and frees their results. */
  readonly rerun: () => void;
}

/** Finds where the first number that is not finite came from, by running the step again and watching each operation. */
export async function explainNonFinite(problem: NonFiniteCase): Promise<NonFiniteError> {
  const { step, model, batch, carry, loss, gradientNorm } = problem;
  const inputs = await findInputs(model, batch, carry);
  const found = await findOperation(model.device, problem.rerun);
  const layer = found && layerOf(model, found.label);
  const details = { step, operation: found?.operation, layer, pass: found?.pass, inputs };
  let cause: string;
  if (found) {
    const place = layer === undefined ? ' outside of any layer' : layer === '' ? ' in the model' : ` in layer ${layer}`;
    cause = `${found.operation}${place} gave ${found.value} (${found.pass})`;
  } else if (Number.isFinite(loss))
    cause = `the norm of the gradients is ${gradientNorm}, though each of them is finite`;
  else cause = `the loss is ${loss}, but was finite when the step was run again`;
  const message = [cause, ...inputs, 'nothing was updated'].join('; ');
  return new NonFiniteError(`fit: step ${step}: ${message}`, details);
}

function layerOf(model: Module, label: unknown): string | undefined {
  for (const [name, module] of model.modules()) if (module === label) return name;
  return undefined;
}

/** Lowest and highest element, two scalars outside of all scopes. A NaN makes both NaN. */
function probe(x: Tensor): [low: Tensor, high: Tensor] {
  const axes = x.shape.map((_, axis) => axis);
  // Kernels and not operations, which the observer and the tape would hear.
  const reduce = (kind: 'min' | 'max') =>
    x.device.execute('fit', [x], [], x.dtype, (backend, [operand]) => backend.reduce(kind, operand!, axes));
  return x.device.keep([reduce('min'), reduce('max')]);
}

async function nonFiniteOf(extremes: readonly Tensor[]): Promise<number | undefined> {
  for (const extreme of extremes) {
    const value = await extreme.item();
    if (!Number.isFinite(value)) return value;
  }
  return undefined;
}

interface Finding {
  readonly operation: string;
  readonly pass: OperationEvent['pass'];
  readonly label: unknown;
  readonly value: number;
}

async function findOperation(device: Device, run: () => void): Promise<Finding | undefined> {
  const probes: { readonly event: Omit<OperationEvent, 'outputs'>; readonly extremes: readonly Tensor[] }[] = [];
  const observe = ({ outputs, ...event }: OperationEvent) => {
    for (const output of outputs) {
      if (output.device === device && canProbe(output)) probes.push({ event, extremes: probe(output) });
    }
  };
  try {
    observeOperations(observe, run);
    for (const { event, extremes } of probes) {
      const value = await nonFiniteOf(extremes);
      if (value !== undefined) return { ...event, value };
    }
    return undefined;
  } finally {
    for (const tensor of tensorsIn(probes)) tensor.dispose();
  }
}

function canProbe(x: Tensor): boolean {
  return isFloat(x.dtype) && x.size > 0;
}

async function findInputs(model: Module, batch: unknown, carry: unknown): Promise<string[]> {
  const found: string[] = [];
  const look = async (name: string, value: unknown) => {
    const bad = value instanceof Tensor ? await nonFiniteIn(value) : nonFiniteNumber(value);
    if (bad !== undefined) found.push(`${name} holds ${bad}`);
  };
  for (const [name, parameter] of model.parameters()) await look(`parameter ${name}`, parameter);
  for (const [name, value] of arraysIn('batch', batch)) await look(name, value);
  for (const [name, value] of arraysIn('carry', carry)) await look(name, value);
  return found;
}

async function nonFiniteIn(x: Tensor): Promise<number | undefined> {
  if (!canProbe(x) || x.disposed) return undefined;
  const extremes = probe(x);
  try {
    return await nonFiniteOf(extremes);
  } finally {
    for (const extreme of extremes) extreme.dispose();
  }
}

function nonFiniteNumber(value: unknown): number | undefined {
  return (value as Float32Array | Float64Array).find((element) => !Number.isFinite(element));
}

/** Tensors and float arrays inside a value, with the way to each. */
function arraysIn(path: string, value: unknown, seen = new Set<unknown>()): [name: string, array: unknown][] {
  if (value instanceof Tensor || value instanceof Float32Array || value instanceof Float64Array) return [[path, value]];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return [];
  seen.add(value);
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value.entries() : Object.entries(value);
  return [...entries].flatMap(([key, entry]) =>
    // Host data are one thing to their owner: `batch.inputs`, not `batch.inputs.data`.
    arraysIn(key === 'data' && 'dtype' in value ? path : `${path}.${String(key)}`, entry, seen),
  );
}
