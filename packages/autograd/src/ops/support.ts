import { checkValue, type DType, DTypeError, isFloat, OptionError, Tensor } from '@sluice/core';

/** An operand of an elementwise operation; a number becomes a scalar of the other operand's dtype. */
export type Scalar = Tensor | number;

/**
 * Runs an operation on two operands of one dtype. The tensor that stands for a number is freed with the scope.
 * @throws OptionError when neither is a tensor; DTypeError when dtypes differ or a number does not fit.
 */
export function withOperands(operation: string, a: Scalar, b: Scalar, op: (a: Tensor, b: Tensor) => Tensor): Tensor {
  if (a instanceof Tensor && b instanceof Tensor) {
    checkSameDType(operation, a, b);
    return op(a, b);
  }
  if (a instanceof Tensor) return a.device.scope(() => op(a, scalarLike(operation, 'b', a, b as number)));
  if (b instanceof Tensor) return b.device.scope(() => op(scalarLike(operation, 'a', b, a), b));
  throw new OptionError({ operation, argument: 'operands', got: 'are numbers', expected: 'at least one tensor' });
}

function scalarLike(operation: string, argument: string, { device, dtype }: Tensor, value: number): Tensor {
  checkValue(operation, argument, value, dtype);
  return device.execute(operation, [], [], dtype, (backend) => backend.fill(1, value, dtype));
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
  const verb = argument === 'operands' ? 'have' : 'has';
  throw new DTypeError({ operation, argument, got: `${verb} dtype ${dtype}`, expected });
}
