import { sigmoidOfSum, tanhOfSum } from './gates';
import { flushed, putGradient, putUpTo, storeUpTo, vanished, VECTOR } from './lanes';
import { tanh } from './math-exp';
import { backwardSequence, forwardSequence, sequence } from './recurrent';

/** (1 - z) n + z h; not n + z (h - n), which does not keep h exactly at z = 1. */
// @ts-ignore: decorator
@inline
function interpolate(z: v128, n: v128, h: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(f32x4.splat(1), z), n), f32x4.mul(z, h));
}

/** The gradient of x from that of y = sigmoid(x). */
// @ts-ignore: decorator
@inline
function sigmoidGradient(dy: v128, y: v128): v128 {
  return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)));
}

/** The gradient of x_n from that of h'. */
// @ts-ignore: decorator
@inline
function candidateGradient(dh: v128, z: v128, n: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.mul(f32x4.mul(dh, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n)));
}

/** Cho et al. 2014 with r behind the product; gates r, z, n. Kept: the gates, and what r multiplies. */
function gruAfterForward(
  phase: usize, product: usize, projected: usize, kept: usize, state: usize, stateStep: usize, output: usize, row: usize,
): void {
  // r, z = sigmoid(x + W h), a = W h + b, n = tanh(x + r a); h' = (1 - z) n + z h
  sigmoidOfSum(kept, product, projected, 2 * row);
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const q = kept + left;
    const a = f32x4.add(v128.load(product + 2 * row + left), v128.load(sequence.bias + left));
    const n = tanh(f32x4.add(v128.load(projected + 2 * row + left), f32x4.mul(v128.load(q), a)));
    const h = flushed<f32>(interpolate(v128.load(q + row), n, v128.load(state + left)));
    putUpTo<f32>(q + 2 * row, n, bytes);
    putUpTo<f32>(q + 3 * row, a, bytes);
    storeUpTo(state + left, h, bytes);
    storeUpTo(output + left, h, bytes);
  }
}

function gruAfterBackward(
  phase: usize, product: usize, to: usize, toProduct: usize, kept: usize, before: usize, beforeStep: usize, state: usize,
  stateStep: usize, output: usize, row: usize,
): void {
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const p = kept + left;
    const q = to + left;
    const w = toProduct + left;
    const r = v128.load(p);
    const z = v128.load(p + row);
    const n = v128.load(p + 2 * row);
    const dh = vanished(f32x4.add(v128.load(output + left), v128.load(state + left)));
    const dn = vanished(candidateGradient(dh, z, n));
    const dz = vanished(sigmoidGradient(f32x4.mul(dh, f32x4.sub(v128.load(before + left), n)), z));
    const dr = vanished(sigmoidGradient(f32x4.mul(dn, v128.load(p + 3 * row)), r));
    storeUpTo(q, dr, bytes);
    storeUpTo(w, dr, bytes);
    storeUpTo(q + row, dz, bytes);
    storeUpTo(w + row, dz, bytes);
    storeUpTo(q + 2 * row, dn, bytes);
    putGradient(w + 2 * row, f32x4.mul(dn, r), bytes);
    putGradient(state + left, f32x4.mul(dh, z), bytes);
  }
}

/** Cho et al. 2014, eq. 8: r before the product of n; gates r, z, n. Kept: the gates, and r h. */
function gruBeforeForward(
  phase: usize, product: usize, projected: usize, kept: usize, state: usize, stateStep: usize, output: usize, row: usize,
): void {
  // r, z = sigmoid(x + W h), and r h; then n = tanh(x + W (r h)); h' = (1 - z) n + z h
  if (phase == 0) sigmoidOfSum(kept, product, projected, 2 * row);
  else tanhOfSum(kept + 2 * row, product, projected + 2 * row, row);
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const q = kept + left;
    const last = v128.load(state + left);
    if (phase == 0) {
      putUpTo<f32>(q + 3 * row, f32x4.mul(v128.load(q), last), bytes);
    } else {
      const h = flushed<f32>(interpolate(v128.load(q + row), v128.load(q + 2 * row), last));
      storeUpTo(state + left, h, bytes);
      storeUpTo(output + left, h, bytes);
    }
  }
}

function gruBeforeBackward(
  phase: usize, product: usize, to: usize, toProduct: usize, kept: usize, before: usize, beforeStep: usize, state: usize,
  stateStep: usize, output: usize, row: usize,
): void {
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const p = kept + left;
    const q = to + left;
    const last = v128.load(before + left);
    const after = v128.load(state + left);
    if (phase == 1) {
      const z = v128.load(p + row);
      const n = v128.load(p + 2 * row);
      const dh = vanished(f32x4.add(v128.load(output + left), after));
      putGradient(q + row, sigmoidGradient(f32x4.mul(dh, f32x4.sub(last, n)), z), bytes);
      putGradient(q + 2 * row, candidateGradient(dh, z, n), bytes);
      putGradient(state + left, f32x4.mul(dh, z), bytes);
    } else {
      // The gradient of r h.
      const d = vanished(v128.load(product + left));
      const r = v128.load(p);
      putGradient(q, sigmoidGradient(f32x4.mul(d, last), r), bytes);
      putGradient(state + left, f32x4.add(after, f32x4.mul(d, r)), bytes);
    }
  }
}

export function gruAfterForwardF32(part: usize, parts: usize): void { forwardSequence(gruAfterForward, part, parts); }
export function gruAfterBackwardF32(part: usize, parts: usize): void { backwardSequence(gruAfterBackward, part, parts); }
export function gruBeforeForwardF32(part: usize, parts: usize): void { forwardSequence(gruBeforeForward, part, parts); }
export function gruBeforeBackwardF32(part: usize, parts: usize): void { backwardSequence(gruBeforeBackward, part, parts); }
