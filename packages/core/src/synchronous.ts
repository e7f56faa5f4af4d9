import { OptionError } from './errors.ts';
import { isPromise, kindOf } from './kind-of.ts';

/** @throws OptionError unless `value` is a function. */
export function checkFunction(operation: string, argument: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new OptionError({ operation, argument, got: `is ${kindOf(value)}`, expected: 'a function' });
}

/** @throws OptionError when the result of a callback is a promise. */
export function checkSynchronous(operation: string, argument: string, result: unknown): void {
  if (!isPromise(result)) return;
  throw new OptionError({ operation, argument, got: 'returned a promise', expected: 'a synchronous function' });
}
