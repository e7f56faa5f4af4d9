import { OptionError } from './errors.ts';

/** @throws OptionError when the result of a callback is a promise. */
export function checkSynchronous(operation: string, argument: string, result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  // Its rejection later would end the process, on top of the error here.
  if (result instanceof Promise) result.catch(() => {});
  throw new OptionError({ operation, argument, got: 'returned a promise', expected: 'a synchronous function' });
}
