import { OptionError, refuse } from './errors.ts';

/** @throws OptionError unless `value` is a number of at least 0, such as the most that is read of a file; Infinity is no limit */
export function checkLimit(operation: string, argument: string, value: number): void {
  if (typeof value === 'number' && value >= 0) return;
  refuse(OptionError, operation, argument, `is ${String(value)}`, 'a number of at least 0');
}
