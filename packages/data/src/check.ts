import { OptionError, quote } from '@sluice/core';

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

/** Names as a message shows them: quoted, the first ten of many. */
export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => quote(name, 40));
  return names.length > 10 ? `${shown.join(', ')} and ${names.length - 10} more` : shown.join(', ');
}
