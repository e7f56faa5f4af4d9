import { sigmoidOfSum, tanhOfSum } from './gates';
import { flushed, putGradient, storeUpTo, vanished, VECTOR } from './lanes';
import { tanh } from './math-exp';
import { backwardSequence, forwardSequence } from './recurrent';

/** Hochreiter and Schmidhuber 1997 with the forget gate of Gers 2000. Kept: the gates i, f, g, o, and tanh of the cell. */
function lstmForward(
  phase: usize, product: usize, projected: usize, kept: usize, state: usize, stateStep: usize, output: usize, row: usize,
): void {
  // i, f, o = sigmoid(x + W h), g = tanh(x + W h); c' = f c + i g; h' = o tanh(c')
  sigmoidOfSum(kept, product, projected, 2 * row);
  tanhOfSum(kept + 2 * row, product + 2 * row, projected + 2 * row, row);
  sigmoidOfSum(kept + 3 * row, product + 3 * row, projected + 3 * row, row);
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const p = kept + left;
    const cell = state + stateStep + left;
    const c = flushed<f32>(f32x4.add(f32x4.mul(v128.load(p + row), v128.load(cell)), f32x4.mul(v128.load(p), v128.load(p + 2 * row))));
    const t = flushed<f32>(tanh(c));
    const h = flushed<f32>(f32x4.mul(v128.load(p + 3 * row), t));
    storeUpTo(cell, c, bytes);
    storeUpTo(p + 4 * row, t, bytes);
    storeUpTo(state + left, h, bytes);
    storeUpTo(output + left, h, bytes);
  }
}

function lstmBackward(
  phase: usize, product: usize, to: usize, toProduct: usize, kept: usize, before: usize, beforeStep: usize, state: usize,
  stateStep: usize, output: usize, row: usize,
): void {
  const one = f32x4.splat(1);
  for (let left: usize = 0; left < row; left += VECTOR) {
    const bytes = row - left;
    const p = kept + left;
    const q = to + left;
    const i = v128.load(p);
    const f = v128.load(p + row);
    const g = v128.load(p + 2 * row);
    const o = v128.load(p + 3 * row);
    const last = v128.load(before + beforeStep + left);
    const t = v128.load(p + 4 * row);
    const dh = vanished(f32x4.add(v128.load(output + left), v128.load(state + left)));
    const cell = state + stateStep + left;
    const dc = vanished(f32x4.add(v128.load(cell), f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(t, t)))));
    putGradient(q, f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i))), bytes);
    putGradient(q + row, f32x4.mul(f32x4.mul(dc, last), f32x4.mul(f, f32x4.sub(one, f))), bytes);
    putGradient(q + 2 * row, f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g))), bytes);
    putGradient(q + 3 * row, f32x4.mul(f32x4.mul(dh, t), f32x4.mul(o, f32x4.sub(one, o))), bytes);
    putGradient(cell, f32x4.mul(dc, f), bytes);
    storeUpTo(state + left, i32x4.splat(0), bytes);
  }
}

export function lstmForwardF32(part: usize, parts: usize): void { forwardSequence(lstmForward, part, parts); }
export function lstmBackwardF32(part: usize, parts: usize): void { backwardSequence(lstmBackward, part, parts); }
