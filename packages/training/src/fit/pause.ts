import { nextTask } from '@sluice/core';

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
