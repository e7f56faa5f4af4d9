import { type DType, DTypeError, isFloat, OptionError, Tensor } from '@sluice/core';

/** An operand of an elementwise operation; a number becomes a scalar of the other operand's dtype. */
export type Scalar = Tensor | number;

/**
 * Two operands as tensors of one dtype.
 * @throws OptionError when neither is a tensor; DTypeError when dtypes differ or a number does not fit.
 */
export function operands(operation: string, a: Scalar, b: Scalar): [Tensor, Tensor] {
  if (a instanceof Tensor) {
    const other = b instanceof Tensor ? b : a.device.tensor(b, { dtype: a.dtype });
    checkSameDType(operation, a, other);
    return [a, other];
  }
  if (b instanceof Tensor) return [b.device.tensor(a, { dtype: b.dtype }), b];
  throw new OptionError({ operation, argument: 'operands', got: 'are numbers', expected: 'at least one tensor' });
}

export function checkSameDType(operation: string, a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) {
    throw new DTypeError({
      operation,
      argument: 'operands',
      got: `have dtypes ${a.dtype} and ${b.dtype}`,
      expected: 'one dtype (cast converts)',
    });
  }
}

export function checkFloat(operation: string, argument: string, x: Tensor): void {
  if (!isFloat(x.dtype)) refuse(operation, argument, x.dtype, 'a float dtype');
}

/** Floats and int32. */
export function checkNumeric(operation: string, argument: string, x: Tensor): void {
  if (x.dtype === 'bool') refuse(operation, argument, x.dtype, 'float32, float64 or int32');
}

export function checkDType(operation: string, argument: string, x: Tensor, dtype: DType): void {
  if (x.dtype !== dtype) refuse(operation, argument, x.dtype, dtype);
}

function refuse(operation: string, argument: string, dtype: DType, expected: string): never {
  throw new DTypeError({ operation, argument, got: `has dtype ${dtype}`, expected });
}
