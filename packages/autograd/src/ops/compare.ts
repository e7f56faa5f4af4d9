import { broadcastShapes, type CompareKind, checkTensors, isFloat, type Tensor } from '@sluice/core';
import { defineOp } from '../define-op.ts';
import { checkDType, checkSameDType, type Scalar, withOperands } from './support.ts';

/* @__NO_SIDE_EFFECTS__ */
function comparison(kind: CompareKind): (a: Scalar, b: Scalar) => Tensor {
  const compare = defineOp({
    name: kind,
    forward: (a: Tensor, b: Tensor) => {
      const shape = broadcastShapes(kind, a.shape, b.shape);
      return a.device.execute(kind, [a, b], shape, 'bool', (backend, [x, y]) => backend.compare(kind, x!, y!, shape));
    },
    backward: null,
  });
  return (a, b) => withOperands(kind, a, b, compare);
}

/** `a == b` per element, broadcasting; bool. No gradient. */
export const equal = comparison('equal');
/** `a != b` per element, broadcasting; bool, true for NaN. No gradient. */
export const notEqual = comparison('notEqual');
/** `a < b` per element, broadcasting; bool. No gradient. */
export const less = comparison('less');
/** `a <= b` per element, broadcasting; bool. No gradient. */
export const lessEqual = comparison('lessEqual');
/** `a > b` per element, broadcasting; bool. No gradient. */
export const greater = comparison('greater');
/** `a >= b` per element, broadcasting; bool. No gradient. */
export const greaterEqual = comparison('greaterEqual');

const selectOp = defineOp({
  name: 'select',
  forward: (condition: Tensor, a: Tensor, b: Tensor) => {
    checkDType('select', 'condition', condition, 'bool');
    checkSameDType('select', a, b);
    const shape = broadcastShapes('select', condition.shape, broadcastShapes('select', a.shape, b.shape));
    return a.device.execute('select', [condition, a, b], shape, a.dtype, (backend, [c, x, y]) =>
      backend.select(c!, x!, y!, shape),
    );
  },
  backward: (dy, _y, condition, a, b) => [
    null,
    isFloat(a.dtype) ? () => select(condition, dy, 0) : null,
    isFloat(b.dtype) ? () => select(condition, 0, dy) : null,
  ],
});

/**
 * `condition ? a : b` per element, all three broadcast; the gradient flows to the chosen side.
 * @param condition bool
 * @throws DTypeError unless the condition is bool and a and b are of one dtype; ShapeError when shapes do not broadcast
 */
export function select(condition: Tensor, a: Scalar, b: Scalar): Tensor {
  checkTensors('select', { condition });
  return withOperands('select', a, b, (x, y) => selectOp(condition, x, y));
}

/** Both true, per element. */
export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  checkBools('logicalAnd', a, b);
  return select(a, b, 0);
}

/** At least one true, per element. */
export function logicalOr(a: Tensor, b: Tensor): Tensor {
  checkBools('logicalOr', a, b);
  return select(a, 1, b);
}

/** True where `a` is false. */
export function logicalNot(a: Tensor): Tensor {
  checkTensors('logicalNot', { a });
  checkDType('logicalNot', 'a', a, 'bool');
  return equal(a, 0);
}

function checkBools(operation: string, a: Tensor, b: Tensor): void {
  checkTensors(operation, { a, b });
  checkDType(operation, 'a', a, 'bool');
  checkDType(operation, 'b', b, 'bool');
  broadcastShapes(operation, a.shape, b.shape);
}
