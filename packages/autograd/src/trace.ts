import { checkFunction, type Tensor } from '@sluice/core';

/** One operation that has just run. */
export interface OperationEvent {
  readonly operation: string;
  /** Whether it ran for a gradient. */
  readonly pass: 'forward' | 'backward';
  /** The innermost `withLabel` around it, or around the forward operation whose gradient it computes. */
  readonly label: unknown;
  readonly outputs: readonly Tensor[];
}

// Operations are synchronous, so what is current while one runs is the same for all devices.
let currentLabel: unknown;
let currentPass: OperationEvent['pass'] = 'forward';
let currentObserver: ((event: OperationEvent) => void) | undefined;

/** The label that operations run under now. */
export function activeLabel(): unknown {
  return currentLabel;
}

/**
 * Runs `work` under a label that `observeOperations` reports, e.g. the layer that is computing. Synchronous work only.
 */
export function withLabel<R>(label: unknown, work: () => R): R {
  checkFunction('withLabel', 'work', work);
  const outer = currentLabel;
  currentLabel = label;
  try {
    return work();
  } finally {
    currentLabel = outer;
  }
}

/** Runs `work` as a part of the backward pass of an operation that had this label. */
export function inBackward<R>(label: unknown, work: () => R): R {
  const outer = currentPass;
  currentPass = 'backward';
  try {
    return withLabel(label, work);
  } finally {
    currentPass = outer;
  }
}

/**
 * Calls `observer` after each operation inside `work`, innermost first. The outputs are freed when their scope ends; an
 * observer that wants to read them later calls `device.keep` and disposes of them itself. Synchronous work only.
 * @example
 * observeOperations(
 *   ({ operation, outputs }) => console.log(operation, String(outputs[0])),
 *   () => model.call(x),
 * );
 */
export function observeOperations<R>(observer: (event: OperationEvent) => void, work: () => R): R {
  checkFunction('observeOperations', 'observer', observer);
  checkFunction('observeOperations', 'work', work);
  const outer = currentObserver;
  currentObserver = observer;
  try {
    return work();
  } finally {
    currentObserver = outer;
  }
}

export function notify(operation: string, outputs: readonly Tensor[]): void {
  currentObserver?.({ operation, pass: currentPass, label: currentLabel, outputs });
}
