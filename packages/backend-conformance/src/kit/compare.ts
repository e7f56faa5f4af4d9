import {
  createDataArray,
  type DataArray,
  type DType,
  dtypeOf,
  type FloatDType,
  formatShape,
  isFloat,
  type Shape,
  smallestNormal,
} from '@sluice/core';

/** Largest allowed error per float type, relative to the greater of 1 and the magnitude of the result. */
export type Tolerances = Readonly<Record<FloatDType, number>>;

/**
 * float32 has 24 bits, so rounding once costs 6e-8. A polynomial exp, tanh or erf loses a few units in the last place, exp
 * of 80 some eighty of them in the exponent, and a sum of a few hundred terms in whatever order grows like the root of
 * their number: 1e-5 leaves room for all of these, and none for products in half or TF32 precision (5e-4).
 * float64 rounds at 1.1e-16; 1e-12 leaves it the same room.
 */
export const defaultTolerances: Tolerances = { float32: 1e-5, float64: 1e-12 };

/**
 * How near a result must come:
 * - `bits`: the very elements, the sign of zero included, as for kernels that only move data;
 * - `exact`: equal numbers; -0 and 0 are equal;
 * - `rounded`: within the tolerance, relative to max(1, |expected|);
 * - `relative`: within the tolerance, relative to |expected|.
 *
 * NaN equals NaN alone, and an infinity itself alone, in all four. Where a float below the smallest normal number of its type is expected, zero is right as well.
 */
export type Precision = 'bits' | 'exact' | 'rounded' | 'relative';

/** A backend did something other than the contract says. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
}

/** An error with more to say than the one that it stands for, which is its cause unless it says the same already. */
export function restate(error: unknown, text: string): ConformanceError {
  const cause = error instanceof ConformanceError ? error.cause : error;
  return new ConformanceError(text, cause === undefined ? {} : { cause });
}

export interface Comparison {
  /** What was computed and from what, for the message. */
  readonly label: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly precision: Precision;
  /** Per element, what rounding errors are measured against when that is more than the result, as in a sum that cancels. */
  readonly magnitudes?: DataArray | undefined;
}

/** @throws ConformanceError naming the first wrong element. */
export function compareData(got: DataArray, expected: DataArray, tolerances: Tolerances, how: Comparison): void {
  const wantedType = createDataArray(how.dtype, 0).constructor.name;
  if (dtypeOf(got) !== how.dtype) {
    throw new ConformanceError(`${how.label}: the result is a ${typeName(got)}, expected ${wantedType}`);
  }
  if (got.length !== expected.length) {
    throw new ConformanceError(`${how.label}: the result has ${got.length} elements, expected ${expected.length}`);
  }
  const tolerance = isFloat(how.dtype) ? tolerances[how.dtype] : 0;
  for (let i = 0; i < expected.length; i++) {
    const limit = errorLimit(expected[i]!, how, tolerance, how.magnitudes?.[i] ?? 0);
    if (isNear(got[i]!, expected[i]!, how.precision, limit)) continue;
    if (got[i] === 0 && isSubnormal(expected[i]!, limit, how.dtype)) continue;
    const detail = limit > 0 ? ` (within ${limit.toExponential(1)})` : '';
    throw new ConformanceError(
      `${how.label}: element ${formatShape(indexOf(i, how.shape))} is ${show(got[i]!)}, expected ${show(expected[i]!)}${detail}`,
    );
  }
}

function errorLimit(expected: number, how: Comparison, tolerance: number, magnitude: number): number {
  if (how.precision === 'rounded') return tolerance * Math.max(1, Math.abs(expected), magnitude);
  if (how.precision === 'relative') return tolerance * Math.abs(expected);
  return 0;
}

function isNear(got: number, expected: number, precision: Precision, limit: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  if (precision === 'bits') return Object.is(got, expected);
  if (got === expected) return true;
  return Number.isFinite(expected) && Math.abs(got - expected) <= limit;
}

/** Whether a number, or one that is as right, is too small for a backend to have to keep. */
function isSubnormal(expected: number, limit: number, dtype: DType): boolean {
  return isFloat(dtype) && Math.abs(expected) - limit < smallestNormal[dtype];
}

function indexOf(position: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

function show(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function typeName(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value;
}
