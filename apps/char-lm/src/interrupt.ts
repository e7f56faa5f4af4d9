const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Interruption {
  /**
   * Aborted by the first Ctrl-C, request to end or loss of the terminal. A second Ctrl-C ends the process at once; the others may arrive
   * twice, from a parent process and from the system, and mean no more then.
   */
  readonly signal: AbortSignal;
  /** The exit code that says which it was. */
  readonly exitCode: () => number;
  readonly stopListening: () => void;
}

export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode = 0;
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted && name !== 'SIGINT') return;
    if (controller.signal.aborted) process.exit(exitCode);
    exitCode = exitCodes[name as keyof typeof exitCodes];
    controller.abort();
  };
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    stopListening: () => {
      for (const name of names) process.off(name, stop);
    },
  };
}
