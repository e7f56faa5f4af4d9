import {
  checkTensors,
  type Device,
  DTypeError,
  isFloat,
  kindOf,
  OptionError,
  type Recorder,
  refuse,
  Tensor,
} from '@sluice/core';

/** Computes the gradient of one input when it is called. */
export type Thunk = () => Tensor;

/** One differentiable operation that ran. */
export interface TapeRecord {
  readonly operation: string;
  readonly label: unknown;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** One thunk per input; `null` where there is no gradient. Takes one gradient per output. */
  readonly backward: (gradients: readonly Tensor[]) => readonly (Thunk | null)[];
}

/** Listens to differentiable operations. */
export interface Listener extends Recorder {
  tracks(tensor: Tensor): boolean;
  record(record: TapeRecord): void;
}

/**
 * The differentiable operations between some targets and what was computed from them, in execution order. Backward passes
 * walk it from the end: no recursion, so that its length is bounded by memory alone.
 */
export class Tape implements Listener {
  readonly keepsIntermediates = true;
  readonly records: TapeRecord[] = [];
  readonly #tracked: Set<Tensor>;

  constructor(targets: Iterable<Tensor>) {
    this.#tracked = new Set(targets);
  }

  tracks(tensor: Tensor): boolean {
    return this.#tracked.has(tensor);
  }

  record(record: TapeRecord): void {
    this.records.push(record);
    for (const output of record.outputs) this.#tracked.add(output);
  }
}

/** Above it on the stack nothing hears. */
const pause: Recorder = { keepsIntermediates: false };

/** Runs `work` with its operations heard by nothing that listens now. */
export function paused<R>(device: Device, work: () => R): R {
  return withRecorder(device, pause, work);
}

export function withRecorder<R>(device: Device, recorder: Recorder, work: () => R): R {
  device.recorders.push(recorder);
  try {
    return work();
  } finally {
    device.recorders.pop();
  }
}

/** The recorders that hear operations now: those above the last pause. */
export function listening(device: Device): readonly Listener[] {
  const { recorders } = device;
  const last = recorders.lastIndexOf(pause);
  return (last < 0 ? recorders : recorders.slice(last + 1)) as Listener[];
}

/** Whether `x` was made of a target of a `valueAndGrad` that records now. */
export function isTracked(x: Tensor): boolean {
  return listening(x.device).some((listener) => listener.tracks(x));
}

/** Hands a record to everything that listens and tracks one of the inputs; `make` runs only if there is somebody. */
export function announce(device: Device, inputs: readonly Tensor[], make: () => TapeRecord): void {
  if (device.recorders.length === 0 || device.recorders.at(-1) === pause) return;
  let record: TapeRecord | undefined;
  for (const listener of listening(device)) {
    if (inputs.some((tensor) => listener.tracks(tensor))) {
      record ??= make();
      listener.record(record);
    }
  }
}

/** @throws OptionError unless there are targets, and all are live tensors of one device; DTypeError unless they are floats. */
export function checkTargets(operation: string, targets: readonly Tensor[]): void {
  if (targets.length === 0) throw new OptionError(`${operation}: targets are empty, expected at least one tensor`);
  targets.forEach((target: unknown, i) => {
    if (!(target instanceof Tensor)) {
      refuse(
        OptionError,
        operation,
        `targets[${i}]`,
        `is ${kindOf(target)}`,
        'a tensor (of a layer, pass parameters())',
      );
    }
    if (!isFloat(target.dtype)) {
      refuse(DTypeError, operation, `targets[${i}]`, `has dtype ${target.dtype}`, 'a float dtype');
    }
  });
  checkTensors(operation, Object.fromEntries(targets.map((target, i) => [`targets[${i}]`, target])));
}
