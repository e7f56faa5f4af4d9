import type { AbortSignalLike } from '@sluice/core';

export const interrupted: unique symbol = Symbol('interrupted');

const millisecondsPerMinute = 60_000;
/** Timers that are set to later fire at once. */
const longestTimer = 2 ** 31 - 1;

/** What ends a training from outside: its signal, or its time, counted from when this was made. */
export class Stopper {
  readonly #signal: AbortSignalLike | undefined;
  readonly #deadline: number;

  constructor(signal: AbortSignalLike | undefined, maxMinutes = Number.POSITIVE_INFINITY) {
    this.#signal = signal;
    this.#deadline = performance.now() + maxMinutes * millisecondsPerMinute;
  }

  /** Why training is to end; `undefined` as long as it is not. */
  get reason(): 'aborted' | 'maxMinutes' | undefined {
    if (this.#signal?.aborted) return 'aborted';
    return this.millisecondsLeft > 0 ? undefined : 'maxMinutes';
  }

  get millisecondsLeft(): number {
    return this.#deadline - performance.now();
  }

  /** The value of a promise, or `interrupted` as soon as there is a reason; the promise is left to itself then. */
  async unlessInterrupted<T>(promise: Promise<T>): Promise<T | typeof interrupted> {
    if (this.reason) {
      promise.catch(() => undefined);
      return interrupted;
    }
    let stop: () => void = () => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const interruption = new Promise<typeof interrupted>((resolve) => {
      stop = () => resolve(interrupted);
      const wait = () => {
        if (this.reason) stop();
        else timer = setTimeout(wait, Math.min(longestTimer, Math.ceil(this.millisecondsLeft)));
      };
      if (this.#deadline < Number.POSITIVE_INFINITY) wait();
      this.#signal?.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([promise, interruption]);
    } finally {
      clearTimeout(timer);
      this.#signal?.removeEventListener('abort', stop);
      promise.catch(() => undefined);
    }
  }
}
