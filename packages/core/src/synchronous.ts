import { OptionError, refuse } from './errors.ts';
import { isPromise, kindOf } from './kind-of.ts';

/** @throws OptionError unless `value` is a function. */
export function checkFunction(operation: string, argument: string, value: unknown): void {
  if (typeof value !== 'function') refuse(OptionError, operation, argument, `is ${kindOf(value)}`, 'a function');
}

/** @throws OptionError when the result of a callback is a promise. */
export function checkSynchronous(operation: string, argument: string, result: unknown): void {
  if (!isPromise(result)) return;
  refuse(OptionError, operation, argument, 'returned a promise', 'a synchronous function');
}
