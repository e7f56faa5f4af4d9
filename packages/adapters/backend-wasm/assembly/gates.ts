import { put, putPart, VECTOR } from './lanes';
import { sigmoid, tanh } from './math-exp';

// Loops of one function each: all that a gate needs stays in registers, and a later iteration begins while an earlier one divides.

/** y = sigmoid(a + b), for `bytes` of float32. */
export function sigmoidOfSum(y: usize, a: usize, b: usize, bytes: usize): void {
  const rest = bytes & (VECTOR - 1);
  for (const end = y + bytes - rest; y < end; y += VECTOR, a += VECTOR, b += VECTOR) {
    put<f32>(y, sigmoid(f32x4.add(v128.load(a), v128.load(b))));
  }
  if (rest) putPart<f32>(y, sigmoid(f32x4.add(v128.load(a), v128.load(b))), rest);
}

/** y = tanh(a + b), for `bytes` of float32. */
export function tanhOfSum(y: usize, a: usize, b: usize, bytes: usize): void {
  const rest = bytes & (VECTOR - 1);
  for (const end = y + bytes - rest; y < end; y += VECTOR, a += VECTOR, b += VECTOR) {
    put<f32>(y, tanh(f32x4.add(v128.load(a), v128.load(b))));
  }
  if (rest) putPart<f32>(y, tanh(f32x4.add(v128.load(a), v128.load(b))), rest);
}
