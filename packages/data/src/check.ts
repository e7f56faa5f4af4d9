import { OptionError } from '@sluice/core';

/** @throws OptionError unless `value` is a whole number of at least `least`. */
export function checkWhole(operation: string, argument: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new OptionError({
      operation,
      argument,
      got: `is ${String(value)}`,
      expected: `a whole number of at least ${least}`,
    });
  }
}
