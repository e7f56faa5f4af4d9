const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Interruption {
  /** Aborted by the first Ctrl-C or request to end; a second one ends the process at once. */
  readonly signal: AbortSignal;
  /** The exit code that says which it was. */
  readonly exitCode: () => number;
  readonly stopListening: () => void;
}

export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let exitCode = 0;
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(exitCode);
    exitCode = exitCodes[name as keyof typeof exitCodes];
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    stopListening: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
