import { storeUpTo, VECTOR } from './lanes';
import { sigmoid, tanh } from './math-exp';
import { backwardSequence, forwardSequence } from './recurrent';

/** Hochreiter and Schmidhuber 1997 with the forget gate of Gers 2000; gates i, f, g, o. */
// @ts-ignore: decorator
@unmanaged
class Lstm {
  @inline gates(): usize { return 4; }
  @inline states(): usize { return 2; }

  /**
   * One row of a step. `gates` holds the recurrent product and takes the gates; states are read and written, the second `stateStep` bytes
   * behind the first.
   */
  @inline forward(gates: usize, projected: usize, state: usize, stateStep: usize, output: usize, hidden: usize): void {
    const row = hidden * 4;
    for (let left: usize = 0; left < row; left += VECTOR) {
      const bytes = row - left;
      const p = gates + left;
      const x = projected + left;
      // i, f, o = sigmoid(x + W h), g = tanh(x + W h); c' = f c + i g; h' = o tanh(c')
      const i = sigmoid(f32x4.add(v128.load(p), v128.load(x)));
      const f = sigmoid(f32x4.add(v128.load(p + row), v128.load(x + row)));
      const g = tanh(f32x4.add(v128.load(p + 2 * row), v128.load(x + 2 * row)));
      const o = sigmoid(f32x4.add(v128.load(p + 3 * row), v128.load(x + 3 * row)));
      const cell = state + stateStep + left;
      const c = f32x4.add(f32x4.mul(f, v128.load(cell)), f32x4.mul(i, g));
      const h = f32x4.mul(o, tanh(c));
      storeUpTo(p, i, bytes);
      storeUpTo(p + row, f, bytes);
      storeUpTo(p + 2 * row, g, bytes);
      storeUpTo(p + 3 * row, o, bytes);
      storeUpTo(cell, c, bytes);
      storeUpTo(state + left, h, bytes);
      storeUpTo(output + left, h, bytes);
    }
  }

  /**
   * The gradient of one row of a step: of the gates into `to`; those of the states after the step become those before it but for what the
   * recurrent product passes on, which the caller adds.
   */
  @inline backward(
    to: usize, gates: usize, before: usize, beforeStep: usize, state: usize, stateStep: usize, output: usize, hidden: usize,
  ): void {
    const row = hidden * 4;
    const one = f32x4.splat(1);
    for (let left: usize = 0; left < row; left += VECTOR) {
      const bytes = row - left;
      const p = gates + left;
      const q = to + left;
      const i = v128.load(p);
      const f = v128.load(p + row);
      const g = v128.load(p + 2 * row);
      const o = v128.load(p + 3 * row);
      const last = v128.load(before + beforeStep + left);
      const t = tanh(f32x4.add(f32x4.mul(f, last), f32x4.mul(i, g)));
      const dh = f32x4.add(v128.load(output + left), v128.load(state + left));
      const cell = state + stateStep + left;
      const dc = f32x4.add(v128.load(cell), f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(t, t))));
      storeUpTo(q, f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i))), bytes);
      storeUpTo(q + row, f32x4.mul(f32x4.mul(dc, last), f32x4.mul(f, f32x4.sub(one, f))), bytes);
      storeUpTo(q + 2 * row, f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g))), bytes);
      storeUpTo(q + 3 * row, f32x4.mul(f32x4.mul(dh, t), f32x4.mul(o, f32x4.sub(one, o))), bytes);
      storeUpTo(cell, f32x4.mul(dc, f), bytes);
      storeUpTo(state + left, i32x4.splat(0), bytes);
    }
  }
}

export function lstmForwardF32(): void { forwardSequence<Lstm>(); }
export function lstmBackwardF32(): void { backwardSequence<Lstm>(); }
