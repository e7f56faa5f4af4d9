import {
  type Device,
  DTypeError,
  formatShape,
  hasShape,
  refuse,
  type Shape,
  ShapeError,
  sameShape,
  type Tensor,
} from '@sluice/core';
import { add } from './ops/elementwise.ts';
import { sum } from './ops/reduce.ts';
import { reshape } from './ops/shape.ts';
import type { Tape, TapeRecord } from './tape.ts';
import { inBackward } from './trace.ts';

/**
 * Walks the tape backwards and returns the gradient of each target, zeros where nothing depends on it.
 *
 * Run it in a scope of its own that returns the result. Gradients of intermediates that were made in this scope are freed as
 * soon as they have been passed on, unless an outer tape records this walk; tensors of the forward pass that a `backward`
 * gave as a gradient belong to the scopes around it.
 */
export function backpropagate(
  device: Device,
  tape: Tape,
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  targets: readonly Tensor[],
): Tensor[] {
  const gradients = new Gradients(device);
  gradients.addAll(
    outputs,
    outputs.map((output, i) => (tape.tracks(output) ? (seeds[i] as Tensor) : null)),
  );
  for (let i = tape.records.length - 1; i >= 0; i--) {
    const record = tape.records[i] as TapeRecord;
    if (!record.outputs.some((output) => gradients.has(output))) continue;
    const contributions = device.scope(() =>
      inBackward(record.label, () => {
        const received = record.outputs.map(
          (output) => gradients.get(output) ?? device.zeros(output.shape, output.dtype),
        );
        const thunks = record.backward(received);
        return record.inputs.map((input, j) => {
          const thunk = thunks[j];
          return thunk && tape.tracks(input) ? fit(record.operation, thunk(), input) : null;
        });
      }),
    );
    gradients.addAll(record.inputs, contributions);
    for (const output of record.outputs) gradients.drop(output);
  }
  return targets.map((target) => gradients.get(target) ?? device.zeros(target.shape, target.dtype));
}

/** Gradients by tensor. Several tensors may share one storage, which is freed when the last of them is dropped. */
class Gradients {
  readonly #device: Device;
  readonly #byTensor = new Map<Tensor, Tensor>();
  readonly #holders = new Map<Tensor['storage'], number>();

  constructor(device: Device) {
    this.#device = device;
  }

  has(tensor: Tensor): boolean {
    return this.#byTensor.has(tensor);
  }

  get(tensor: Tensor): Tensor | undefined {
    return this.#byTensor.get(tensor);
  }

  addAll(tensors: readonly Tensor[], contributions: readonly (Tensor | null)[]): void {
    // Contributions may share storages, so all are held until all are added.
    for (const contribution of contributions) if (contribution) this.#hold(contribution);
    contributions.forEach((contribution, i) => {
      if (contribution) this.#add(tensors[i] as Tensor, contribution);
    });
    for (const contribution of contributions) if (contribution) this.#release(contribution);
  }

  drop(tensor: Tensor): void {
    const gradient = this.#byTensor.get(tensor);
    if (!gradient) return;
    this.#byTensor.delete(tensor);
    this.#release(gradient);
  }

  #add(tensor: Tensor, contribution: Tensor): void {
    const before = this.#byTensor.get(tensor);
    const total = before ? add(before, contribution) : contribution;
    this.#byTensor.set(tensor, total);
    this.#hold(total);
    if (before) this.#release(before);
  }

  #hold(gradient: Tensor): void {
    this.#holders.set(gradient.storage, (this.#holders.get(gradient.storage) ?? 0) + 1);
  }

  #release(gradient: Tensor): void {
    const holders = (this.#holders.get(gradient.storage) ?? 1) - 1;
    if (holders > 0) {
      this.#holders.set(gradient.storage, holders);
      return;
    }
    this.#holders.delete(gradient.storage);
    const recorded = this.#device.recorders.at(-1)?.keepsIntermediates === true;
    if (!recorded && this.#device.owns(gradient)) gradient.dispose();
  }
}

/** Undoes the broadcasting of an input and checks what an operation's author returned. */
function fit(operation: string, gradient: Tensor, input: Tensor): Tensor {
  if (gradient.dtype !== input.dtype) {
    refuse(
      DTypeError,
      `backward of ${operation}`,
      'gradient',
      `has dtype ${gradient.dtype}`,
      `${input.dtype}, as the input`,
    );
  }
  return sumTo(`backward of ${operation}`, gradient, input.shape);
}

/** Sums over the axes along which `shape` was broadcast to the shape of `x`. */
function sumTo(operation: string, x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.rank - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < x.rank; axis++) {
    const length = axis < lead ? 1 : shape[axis - lead];
    if (axis < lead || (length === 1 && x.shape[axis] !== 1)) axes.push(axis);
    else if (length !== x.shape[axis]) {
      refuse(
        ShapeError,
        operation,
        'gradient',
        hasShape(x),
        `one that the input's shape ${formatShape(shape)} broadcasts to`,
      );
    }
  }
  return reshape(sum(x, axes), shape);
}
