import { formatShape, type Random, refuse, type Shape, ShapeError, sizeOf } from '@sluice/core';
import { orthogonalMatrix } from './orthogonal.ts';

/**
 * Draws the first values of a parameter, row-major. A weight has shape [output, input]. Packed gates are drawn one gate at a time, each
 * as a weight [hiddenSize, input] of its own.
 */
export type Initializer = (random: Random, shape: Shape) => Float64Array;

/** Uniform on [low, high). */
export function uniform(low: number, high: number): Initializer {
  return (random, shape) => random.uniform(sizeOf(shape), low, high);
}

/** Normal. */
export function normal(mean = 0, deviation = 1): Initializer {
  return (random, shape) => random.normal(sizeOf(shape), mean, deviation);
}

/** One value everywhere. */
export function constant(value: number): Initializer {
  return (_random, shape) => new Float64Array(sizeOf(shape)).fill(value);
}

export const zeros: Initializer = /* @__PURE__ */ constant(0);

/**
 * Uniform on [-a, a) with a = gain sqrt(6 / (input + output)) (Glorot & Bengio 2010, eq. 16).
 * @throws ShapeError from the initialiser unless the shape has two axes
 */
export function xavierUniform(gain = 1): Initializer {
  return (random, shape) => {
    const { input, output } = fans('xavierUniform', shape);
    const bound = gain * Math.sqrt(6 / (input + output));
    return random.uniform(sizeOf(shape), -bound, bound);
  };
}

/**
 * Normal with variance gain^2 2 / (input + output) (Glorot & Bengio 2010, eq. 12).
 * @throws ShapeError from the initialiser unless the shape has two axes
 */
export function xavierNormal(gain = 1): Initializer {
  return (random, shape) => {
    const { input, output } = fans('xavierNormal', shape);
    return random.normal(sizeOf(shape), 0, gain * Math.sqrt(2 / (input + output)));
  };
}

/**
 * Uniform on [-a, a) with a = gain sqrt(3 / input), so that the variance is gain^2 / input (He et al. 2015, eq. 10).
 * @param gain sqrt(2) for ReLU, the default; 1 for linear
 * @throws ShapeError from the initialiser unless the shape has two axes
 */
export function kaimingUniform(gain = Math.SQRT2): Initializer {
  return (random, shape) => {
    const bound = gain * Math.sqrt(3 / fans('kaimingUniform', shape).input);
    return random.uniform(sizeOf(shape), -bound, bound);
  };
}

/**
 * Normal with variance gain^2 / input (He et al. 2015, eq. 10).
 * @param gain sqrt(2) for ReLU, the default; 1 for linear
 * @throws ShapeError from the initialiser unless the shape has two axes
 */
export function kaimingNormal(gain = Math.SQRT2): Initializer {
  return (random, shape) => random.normal(sizeOf(shape), 0, gain / Math.sqrt(fans('kaimingNormal', shape).input));
}

/**
 * gain times a random matrix with orthonormal rows, or columns if there are more rows than columns (Saxe, McClelland & Ganguli 2014),
 * evenly distributed over all of them.
 * @throws ShapeError from the initialiser unless the shape has two axes
 */
export function orthogonal(gain = 1): Initializer {
  return (random, shape) => {
    const { input, output } = fans('orthogonal', shape);
    return orthogonalMatrix(random, output, input).map((value) => gain * value);
  };
}

function fans(operation: string, shape: Shape): { input: number; output: number } {
  if (shape.length !== 2) {
    refuse(ShapeError, operation, 'shape', `is ${formatShape(shape)}`, 'two axes, [output, input]');
  }
  return { output: shape[0]!, input: shape[1]! };
}
