import { type AbortSignalLike, checkLimit, FormatError, OptionError, readOptions } from '@sluice/core';

/** How much a load may take. */
export interface LoadOptions {
  /** Most bytes of weights and preprocessing together; a folder that says more of itself is refused before they are read. Default 2^30. */
  readonly maximumBytes?: number | undefined;
  /** Milliseconds until reading is given up; Infinity for none. Default 300,000. */
  readonly timeout?: number | undefined;
  /** Ends the load, which rejects with the signal's reason; nothing stays on the device. Default none. */
  readonly signal?: AbortSignalLike | undefined;
}

export interface Bounds {
  readonly maximumBytes: number;
  readonly timeout: number;
  readonly signal: AbortSignalLike | undefined;
}

/** @throws OptionError naming the option */
export function readBounds(operation: string, options: LoadOptions | undefined): Bounds {
  const bounds = readOptions(operation, options, { maximumBytes: 2 ** 30, timeout: 300_000, signal: undefined });
  checkLimit(operation, 'maximumBytes', bounds.maximumBytes);
  checkLimit(operation, 'timeout', bounds.timeout);
  if (bounds.signal !== undefined && typeof bounds.signal?.addEventListener !== 'function') {
    throw new OptionError({ operation, argument: 'signal', got: 'is none', expected: 'an AbortSignal' });
  }
  return bounds;
}

/** Timers of engines wrap around beyond this. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs `work` until it ends, the signal is aborted or the time is over, whichever is first; `work` is told by the signal that it is given.
 * @param name begins the message of the error when time is over
 */
export async function withBounds<R>(
  name: string,
  { timeout, signal }: Bounds,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const controller = new AbortController();
  const forward = () => controller.abort(signal?.reason);
  const end = () => controller.abort(new FormatError(`${name}: could not be read within ${timeout} milliseconds`));
  const timer = timeout <= longestTimer ? setTimeout(end, timeout) : undefined;
  signal?.addEventListener('abort', forward);
  if (signal?.aborted) forward();
  try {
    return await Promise.race([rejectOnAbort(controller.signal), work(controller.signal)]);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
