import type { DType } from '@sluice/core';
import { OptionError } from '@sluice/core';
import type { ConformanceCheck } from './check.ts';
import type { Tolerances } from './compare.ts';
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

/** @throws OptionError for an optional kernel that the contract does not know, or a beginning that no name has */
export function checkOptions(
  { optional = [], skip = {} }: ConformanceOptions,
  checks: readonly ConformanceCheck[],
): void {
  const known = optionalKernels.map(({ name }) => name);
  for (const name of optional) {
    if (known.includes(name)) continue;
    const expected = `names among: ${known.join('; ')}`;
    throw new OptionError({ operation: 'testBackend', argument: 'optional', got: `holds "${name}"`, expected });
  }
  for (const start of Object.keys(skip)) {
    if (checks.some(({ name }) => name.startsWith(start))) continue;
    const expected = 'the beginning of the name of a check, such as "binary power"';
    throw new OptionError({ operation: 'testBackend', argument: 'skip', got: `holds "${start}"`, expected });
  }
}
