import { type AbortSignalLike, nextTask } from '@sluice/core';

/** How long computing may go on before other tasks get their turn. */
const turnMilliseconds = 25;

/** Lets timers, input and signals have their turn now and then: awaiting finished work alone never does. */
export class Breather {
  #last = performance.now();

  async pauseWhenDue(): Promise<void> {
    if (performance.now() - this.#last < turnMilliseconds) return;
    await nextTask();
    this.#last = performance.now();
  }
}

export const aborted: unique symbol = Symbol('aborted');

/** The value of a promise, or `aborted` as soon as the signal says so; the promise is left to itself then. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignalLike | undefined,
): Promise<T | typeof aborted> {
  if (!signal) return promise;
  if (signal.aborted) {
    promise.catch(() => undefined);
    return aborted;
  }
  let stop: () => void = () => undefined;
  const abortion = new Promise<typeof aborted>((resolve) => {
    stop = () => resolve(aborted);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, abortion]);
  } finally {
    signal.removeEventListener('abort', stop);
    promise.catch(() => undefined);
  }
}
