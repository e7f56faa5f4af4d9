import {
  checkTensors,
  createDataArray,
  type DType,
  formatShape,
  hasShape,
  normalizeAxis,
  OptionError,
  readOptions,
  refuse,
  required,
  ShapeError,
  sameShape,
  sizeOf,
  type Tensor,
  withPublicNames,
} from '@sluice/core';
import { defineOp, type Op } from '../define-op.ts';
import { equal } from './compare.ts';
import { add, cast } from './elementwise.ts';
import { expandAxis, reshape } from './shape.ts';
import { checkDType, checkNumeric } from './support.ts';

const ofIndices = { indices: 'indices' };

const gatherOp: Op<[x: Tensor, indices: Tensor, axis: number], Tensor> = defineOp({
  name: 'gather',
  forward: (x, indices, axis) => {
    checkDType('gather', 'indices', indices, 'int32');
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return withPublicNames({ operation: 'gather', names: ofIndices, shape: indices.shape }, () =>
      x.device.execute('gather', [x, indices], shape, x.dtype, (backend, [operand, positions]) =>
        backend.gather(operand!, positions!, axis),
      ),
    );
  },
  backward: (dy, _y, x, indices, axis) => [() => scatterAddOp(dy, indices, axis, x.shape[axis] as number), null],
});

const scatterAddOp: Op<[updates: Tensor, indices: Tensor, axis: number, size: number], Tensor> = defineOp({
  name: 'scatterAdd',
  forward: (updates, indices, axis, size) => {
    checkNumeric('scatterAdd', 'updates', updates);
    checkDType('scatterAdd', 'indices', indices, 'int32');
    const shape = updates.shape.toSpliced(axis, indices.rank, size);
    return withPublicNames({ operation: 'scatterAdd', names: ofIndices, shape: indices.shape }, () =>
      updates.device.execute('scatterAdd', [updates, indices], shape, updates.dtype, (backend, [operand, positions]) =>
        backend.scatterAdd(operand!, positions!, axis, size),
      ),
    );
  },
  backward: (dy, _y, _updates, indices, axis) => [() => gatherOp(dy, indices, axis), null],
});

/**
 * Looks up along an axis, which is replaced by the shape of the indices: x [a, n, b] at axis 1 with indices [i, j] gives
 * [a, i, j, b].
 * @param indices int32, each from 0 to n - 1
 * @throws IndexError when an index lies outside (at the next `data()` where the backend works in the background)
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  checkTensors('gather', { x, indices });
  return gatherOp(x, indices, normalizeAxis('gather', axis, x.rank));
}

export interface ScatterAddOptions {
  /** Length of the axis in the result, at least 0. */
  readonly size: number;
  /** Where the axis stands in the result. Default 0. */
  readonly axis?: number | undefined;
}

/**
 * The adjoint of `gather`: sums updates [a, i, j, b] into zeros [a, size, b] at indices [i, j]. Repeated indices add up.
 * @throws ShapeError when the indices' shape does not stand at the axis in the updates; IndexError when an index lies outside
 */
export function scatterAdd(updates: Tensor, indices: Tensor, options: ScatterAddOptions): Tensor {
  const { size, axis: at } = readOptions('scatterAdd', options, { size: required, axis: 0 });
  checkTensors('scatterAdd', { updates, indices });
  checkWhole('scatterAdd', 'size', size);
  const resultRank = Math.max(updates.rank - indices.rank + 1, 1);
  const axis = normalizeAxis('scatterAdd', at, resultRank);
  if (!sameShape(updates.shape.slice(axis, axis + indices.rank), indices.shape)) {
    refuse(
      ShapeError,
      'scatterAdd',
      'updates',
      hasShape(updates),
      `the shape of the indices, ${formatShape(indices.shape)}, from axis ${axis} on`,
    );
  }
  return scatterAddOp(updates, indices, axis, size);
}

function checkWhole(operation: string, argument: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    refuse(OptionError, operation, argument, `is ${value}`, 'a whole number of at least 0');
  }
}

/** Looks the indices up in an axis of this length: comparing or adding would pass one from outside over in silence. */
function checkWithin(operation: string, indices: Tensor, length: number): void {
  withPublicNames({ operation, names: ofIndices }, () => gather(indices.device.zeros([length], 'int32'), indices));
}

/** The int32 numbers 0 to count - 1. */
function range(like: Tensor, count: number, step = 1): Tensor {
  const data = createDataArray('int32', count);
  for (let i = 0; i < count; i++) data[i] = i * step;
  return like.device.tensor(data);
}

/**
 * A new last axis of length `depth` that is 1 at the index and 0 elsewhere. No gradient.
 * @param indices int32, each from 0 to depth - 1
 * @param depth number of classes
 * @param dtype default the device's float dtype
 * @throws OptionError when depth is not whole; IndexError when an index lies outside
 */
export function oneHot(indices: Tensor, depth: number, dtype?: DType): Tensor {
  checkTensors('oneHot', { indices });
  const { device } = indices;
  checkDType('oneHot', 'indices', indices, 'int32');
  checkWhole('oneHot', 'depth', depth);
  return device.scope(() => {
    checkWithin('oneHot', indices, depth);
    return cast(equal(expandAxis(indices, -1), range(indices, depth)), dtype ?? device.dtype);
  });
}

/**
 * One element of the last axis for each position of the others: x [..., n] and indices [...] give [...]. The elements that
 * a loss picks from log-probabilities.
 * @param indices int32, each from 0 to n - 1
 * @throws ShapeError when the shape of the indices is not that of x without its last axis; IndexError when one lies outside
 */
export function pick(x: Tensor, indices: Tensor): Tensor {
  checkTensors('pick', { x, indices });
  checkDType('pick', 'indices', indices, 'int32');
  if (x.rank === 0 || !sameShape(x.shape.slice(0, -1), indices.shape)) {
    refuse(
      ShapeError,
      'pick',
      'indices',
      hasShape(indices),
      `${formatShape(x.shape.slice(0, -1))}, x without its last axis`,
    );
  }
  const depth = x.shape[x.rank - 1] as number;
  return x.device.scope(() => {
    checkWithin('pick', indices, depth);
    const positions = add(reshape(range(x, sizeOf(indices.shape), depth), indices.shape), indices);
    return gather(reshape(x, [x.size]), positions);
  });
}
