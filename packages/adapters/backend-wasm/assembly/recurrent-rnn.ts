import { flushed, putGradient, storeUpTo, vanished, VECTOR } from './lanes';
import { tanh } from './math-exp';
import { backwardSequence, forwardSequence } from './recurrent';

@unmanaged class Tanh {
  @inline value(x: v128): v128 { return tanh(x); }
  /** The gradient of x from that of the value y. */
  @inline gradient(dy: v128, y: v128): v128 { return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y))); }
}
@unmanaged class Relu {
  @inline value(x: v128): v128 { return f32x4.max(x, i32x4.splat(0)); }
  @inline gradient(dy: v128, y: v128): v128 { return v128.and(dy, f32x4.gt(y, i32x4.splat(0))); }
}

/** Elman 1990, with any function of one number; its value is kept. */
// @ts-ignore: decorator
@inline
function forward<F>(product: usize, projected: usize, kept: usize, state: usize, output: usize, row: usize): void {
  const f = changetype<F>(0);
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const h = flushed<f32>(f.value(f32x4.add(v128.load(product + left), v128.load(projected + left))));
    storeUpTo(kept + left, h, bytes);
    storeUpTo(state + left, h, bytes);
    storeUpTo(output + left, h, bytes);
  }
}

// @ts-ignore: decorator
@inline
function backward<F>(to: usize, kept: usize, state: usize, output: usize, row: usize): void {
  const f = changetype<F>(0);
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const dh = vanished(f32x4.add(v128.load(output + left), v128.load(state + left)));
    putGradient(to + left, f.gradient(dh, v128.load(kept + left)), bytes);
    storeUpTo(state + left, i32x4.splat(0), bytes);
  }
}

export function rnnTanhForwardF32(part: usize, parts: usize): void {
  forwardSequence((_, product, projected, kept, state, _step, output, row) => {
    forward<Tanh>(product, projected, kept, state, output, row);
  }, part, parts);
}

export function rnnTanhBackwardF32(part: usize, parts: usize): void {
  backwardSequence((_, _product, to, _toProduct, kept, _before, _beforeStep, state, _step, output, row) => {
    backward<Tanh>(to, kept, state, output, row);
  }, part, parts);
}

export function rnnReluForwardF32(part: usize, parts: usize): void {
  forwardSequence((_, product, projected, kept, state, _step, output, row) => {
    forward<Relu>(product, projected, kept, state, output, row);
  }, part, parts);
}

export function rnnReluBackwardF32(part: usize, parts: usize): void {
  backwardSequence((_, _product, to, _toProduct, kept, _before, _beforeStep, state, _step, output, row) => {
    backward<Relu>(to, kept, state, output, row);
  }, part, parts);
}
