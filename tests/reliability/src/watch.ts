import { SluiceError } from '@sluice/core';

export interface Watched {
  readonly error: unknown;
  /** CPU time. */
  readonly milliseconds: number;
  /** By how much typed arrays and buffers grew. */
  readonly bytes: number;
}

/** Runs `work` to its end or error, and tells what it cost. */
export async function watch(work: () => unknown): Promise<Watched> {
  const before = { cpu: process.cpuUsage(), bytes: process.memoryUsage().arrayBuffers };
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (reason: unknown) => reason ?? 'nothing',
    );
  const { user, system } = process.cpuUsage(before.cpu);
  const bytes = Math.max(0, process.memoryUsage().arrayBuffers - before.bytes);
  return { error, milliseconds: (user + system) / 1000, bytes };
}

/** Errors made on purpose, of the packages or of an app. Their messages are short and hold nothing that a terminal obeys. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isTyped = error instanceof SluiceError || error.constructor.name === 'AppError';
  return isTyped && error.message.length < 1000 && !/(?![\n\t])\p{Cc}/u.test(error.message);
}
