import { type Backend, checkFunction, type DType, OptionError, readOptions } from '@sluice/core';
import type { ConformanceCheck } from './check.ts';
import { defaultTolerances, type Tolerances } from './compare.ts';
import { optionalKernels } from './optional-kernels.ts';

export interface ConformanceOptions {
  /**
   * Largest errors, relative to the greater of 1 and the magnitude of the result; sequences through fused kernels may have ten times as much. Default
   * 1e-5 for float32 and 1e-12 for float64.
   */
  readonly tolerances?: Partial<Tolerances> | undefined;
  /** The element types that the backend supports, no more and no fewer. Default: whatever it says, float32, int32 and bool among them. */
  readonly dtypes?: readonly DType[] | undefined;
  /**
   * The optional kernels that the backend has, no more and no fewer: `lstm, float32`, `lstm, projected, float32`, `gru, reset after, float32`,
   * `gru, reset before, float32`, `rnn, tanh, float32`, `rnn, relu, float32`, `adam, float32`, `sumOfSquares, float32`, or the same with float64.
   * Default: whatever it says. Fused kernels are asked for with hidden sizes 1 to 5, 8, 16, 32, 37, 64, 128 and 256; one for none of them is absent.
   */
  readonly optional?: readonly string[] | undefined;
  /**
   * Checks to leave out, and why: beginnings of their names, each with the reason that is reported, e.g.
   * `{ 'binary power': 'this machine has no power of negative numbers' }`.
   */
  readonly skip?: Readonly<Record<string, string>> | undefined;
}

/**
 * The options of a run of the kit.
 * @throws OptionError for what is no option, and for a backend in the place of what makes it
 */
export function readConformanceOptions(
  operation: string,
  create: () => Backend | Promise<Backend>,
  options: ConformanceOptions | undefined,
): ConformanceOptions {
  checkFunction(operation, 'create', create);
  const defaults = { tolerances: undefined, dtypes: undefined, optional: undefined, skip: undefined };
  const read = readOptions<ConformanceOptions, typeof defaults>(operation, options, defaults);
  readOptions<Partial<Tolerances>, Tolerances>(operation, read.tolerances, defaultTolerances, 'tolerances');
  return read;
}

/** @throws OptionError for an optional kernel that the contract does not know, or a beginning that no name has */
export function checkOptions(
  operation: string,
  { optional = [], skip = {} }: ConformanceOptions,
  checks: readonly ConformanceCheck[],
): void {
  const known = optionalKernels.map(({ name }) => name);
  for (const name of optional) {
    if (known.includes(name)) continue;
    const expected = `names among: ${known.join('; ')}`;
    throw new OptionError({ operation, argument: 'optional', got: `holds "${name}"`, expected });
  }
  for (const start of Object.keys(skip)) {
    if (checks.some(({ name }) => name.startsWith(start))) continue;
    const expected = 'the beginning of the name of a check, such as "binary power"';
    throw new OptionError({ operation, argument: 'skip', got: `holds "${start}"`, expected });
  }
}
