import { at, flushed, putUpTo, storeUpTo, VECTOR } from './lanes';
import { partStart } from './parts';

/** Numbers of a step, which the host fills in before the call: in this order, beta1, 1 - beta1, beta2, 1 - beta2 and the fields of `AdamStep`. */
const STEP: usize = memory.data(36, 16);

/** 2^-63, the root of the smallest normal number. */
const SMALLEST_ROOT: usize = memory.data<f32>([1.0842021724855044e-19], 16);

const LANES: usize = 4;

/** Address of the numbers above. */
export function adamAddress(): usize {
  return STEP;
}

/** The flushed square. The gradients of a whole parameter may be so small that their squares are nothing: for those no product is made that is not normal. */
// @ts-ignore: decorator
@inline
function square(x: v128): v128 {
  x = v128.andnot(x, f32x4.lt(f32x4.abs(x), at(SMALLEST_ROOT, 0)));
  return f32x4.mul(x, x);
}

/**
 * One part of the new parameter, first and second moment from the old ones and the gradient, `n` elements of each. Each product and sum is rounded alone, in the
 * order of the composed form; what is stored is flushed, and the square, where that form flushes each result.
 */
export function adamF32(parameterTo: usize, firstTo: usize, secondTo: usize, parameter: usize, gradient: usize, first: usize, second: usize, n: usize, part: usize, parts: usize): void {
  const bytes = partStart(n, LANES, part + 1, parts) * 4;
  for (let left = partStart(n, LANES, part, parts) * 4; left < bytes; left += VECTOR) {
    const rest = bytes - left;
    const theta = v128.load(parameter + left);
    const g = f32x4.add(v128.load(gradient + left), f32x4.mul(theta, at(STEP, 5)));
    const m = f32x4.add(f32x4.mul(v128.load(first + left), at(STEP, 0)), f32x4.mul(g, at(STEP, 1)));
    const v = flushed<f32>(f32x4.add(f32x4.mul(v128.load(second + left), at(STEP, 2)), f32x4.mul(square(g), at(STEP, 3))));
    const deviation = f32x4.add(f32x4.mul(f32x4.sqrt(v), at(STEP, 8)), at(STEP, 4));
    const change = f32x4.mul(f32x4.div(m, deviation), at(STEP, 7));
    putUpTo<f32>(firstTo + left, m, rest);
    storeUpTo(secondTo + left, v, rest);
    putUpTo<f32>(parameterTo + left, f32x4.sub(f32x4.mul(theta, at(STEP, 6)), change), rest);
  }
}

/** The sum of squares of each stretch of `stretch` elements, the last one shorter, as doubles. */
export function squaresF32(y: usize, x: usize, n: usize, stretch: usize): void {
  for (const end = x + n * 4; x < end; y += 8) {
    const stop = min(x + stretch * 4, end);
    let a = f64x2.splat(0);
    let b = a;
    for (; x + VECTOR <= stop; x += VECTOR) {
      const v = v128.load(x);
      const low = f64x2.promote_low_f32x4(v);
      const high = f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
      a = f64x2.add(a, f64x2.mul(low, low));
      b = f64x2.add(b, f64x2.mul(high, high));
    }
    a = f64x2.add(a, b);
    let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
    for (; x < stop; x += 4) {
      const value = <f64>load<f32>(x);
      sum += value * value;
    }
    store<f64>(y, sum);
  }
}
