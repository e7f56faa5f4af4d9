import { OptionError, refuse } from './errors.ts';
import { kindOf } from './kind-of.ts';

/** A number, or what else was given, as a phrase of a message: `is 3`, `is of class Map`. */
export function given(value: unknown): string {
  return `is ${typeof value === 'number' ? value : kindOf(value)}`;
}

/** @throws OptionError unless the value `fits`. */
export function checkGiven(fits: boolean, operation: string, argument: string, value: unknown, expected: string): void {
  if (!fits) refuse(OptionError, operation, argument, given(value), expected);
}
