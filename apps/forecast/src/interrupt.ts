import { setTimeout } from 'node:timers/promises';

/** Aborts at Ctrl-C instead of ending the app. Disposed of when training is over: then Ctrl-C ends the app again. */
export function listenForInterrupt(): { readonly signal: AbortSignal } & AsyncDisposable {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.on('SIGINT', stop);
  return {
    signal: controller.signal,
    async [Symbol.asyncDispose]() {
      // A package manager passes on what the terminal has sent already: one Ctrl-C may come twice.
      if (controller.signal.aborted) await setTimeout(500);
      process.off('SIGINT', stop);
    },
  };
}
