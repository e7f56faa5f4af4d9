import { describe, expect, it } from 'vitest';
import { bytesPerElement, createDataArray, dtypeOf, dtypes, isFloat } from './dtype.ts';
import { FormatError, ShapeError, SluiceError } from './errors.ts';

describe('errors', () => {
  it('are made of their parts', () => {
    const problem = { operation: 'lstm', argument: 'x', got: 'has shape [2]', expected: '[time, batch, 3]' };
    const cause = new Error('deeper');
    const error = new ShapeError(problem, { cause });
    expect(error.message).toBe('lstm: x has shape [2], expected [time, batch, 3]');
    expect([error.name, error.problem, error.cause]).toEqual(['ShapeError', problem, cause]);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toBeInstanceOf(Error);
  });

  it('or of a sentence', () => {
    const error = new FormatError('model.safetensors: the header ends early');
    expect([error.name, error.message, error.problem]).toEqual([
      'FormatError',
      'model.safetensors: the header ends early',
      undefined,
    ]);
  });
});

describe('element types', () => {
  it('have arrays that are known again', () => {
    for (const dtype of dtypes) {
      const array = createDataArray(dtype, 3);
      expect([dtypeOf(array), array.length, array.BYTES_PER_ELEMENT]).toEqual([dtype, 3, bytesPerElement(dtype)]);
    }
    for (const other of [new Uint8ClampedArray(1), new Int16Array(1), [1], 1, null, undefined]) {
      expect(dtypeOf(other)).toBeUndefined();
    }
  });

  it('are floats or not', () => {
    expect(dtypes.filter(isFloat)).toEqual(['float32', 'float64']);
  });
});
