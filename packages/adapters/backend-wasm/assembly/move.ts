import { VECTOR } from './lanes';

// Shorter runs are copied faster by a loop than by the engine's routine.
const SHORT: usize = 256;
// Side of the squares that a transposition moves at a time, so that both sides stay in the cache.
const SQUARE: usize = 16;

/** Copies `bytes` that lie side by side. */
// @ts-ignore: decorator
@inline
export function copyRun(y: usize, x: usize, bytes: usize): void {
  if (bytes > SHORT) {
    memory.copy(y, x, bytes);
    return;
  }
  let end = y + (bytes & ~(VECTOR - 1));
  for (; y < end; y += VECTOR, x += VECTOR) v128.store(y, v128.load(x));
  end = y + (bytes & 12);
  for (; y < end; y += 4, x += 4) store<u32>(y, load<u32>(x));
  end = y + (bytes & 3);
  for (; y < end; y++, x++) store<u8>(y, load<u8>(x));
}

/** `rows` runs of `bytes`; the steps lead from one run to the next. */
export function copyRuns(y: usize, x: usize, bytes: usize, rows: usize, yRow: usize, xRow: usize): void {
  for (; rows > 0; rows--) {
    copyRun(y, x, bytes);
    y += yRow;
    x += xRow;
  }
}

// @ts-ignore: decorator
@inline
function copySteps<T>(y: usize, x: usize, n: usize, yStep: usize, xStep: usize): void {
  for (; n > 0; n--) {
    store<T>(y, load<T>(x));
    y += yStep;
    x += xStep;
  }
}

/** Four by four elements of 4 bytes, rows to columns. */
// @ts-ignore: decorator
@inline
export function turnSquare(y: usize, yStep: usize, a: usize, b: usize, c: usize, d: usize): void {
  const p = v128.load(a);
  const q = v128.load(b);
  const r = v128.load(c);
  const s = v128.load(d);
  const pq = i32x4.shuffle(p, q, 0, 4, 1, 5);
  const rs = i32x4.shuffle(r, s, 0, 4, 1, 5);
  v128.store(y, i64x2.shuffle(pq, rs, 0, 2));
  v128.store(y + yStep, i64x2.shuffle(pq, rs, 1, 3));
  const PQ = i32x4.shuffle(p, q, 2, 6, 3, 7);
  const RS = i32x4.shuffle(r, s, 2, 6, 3, 7);
  v128.store(y + 2 * yStep, i64x2.shuffle(PQ, RS, 0, 2));
  v128.store(y + 3 * yStep, i64x2.shuffle(PQ, RS, 1, 3));
}

/** y[r, c] = x[r, c], where x lies side by side along r and y along c; the steps are those along the other axis. */
function copyTurned<T>(y: usize, x: usize, height: usize, width: usize, yRow: usize, xColumn: usize): void {
  for (let top: usize = 0; top < height; top += SQUARE) {
    const bottom = min(top + SQUARE, height);
    for (let left: usize = 0; left < width; left += SQUARE) {
      const right = min(left + SQUARE, width);
      let r = top;
      if (sizeof<T>() == 4) {
        for (; r + 4 <= bottom; r += 4) {
          let c = left;
          for (; c + 4 <= right; c += 4) {
            const from = x + r * 4 + c * xColumn;
            turnSquare(y + r * yRow + c * 4, yRow, from, from + xColumn, from + 2 * xColumn, from + 3 * xColumn);
          }
          for (; c < right; c++) copySteps<T>(y + r * yRow + c * 4, x + r * 4 + c * xColumn, 4, yRow, 4);
        }
      }
      for (; r < bottom; r++) {
        copySteps<T>(y + r * yRow + left * sizeof<T>(), x + r * sizeof<T>() + left * xColumn, right - left, sizeof<T>(), xColumn);
      }
    }
  }
}

export function copySteps8(y: usize, x: usize, n: usize, yStep: usize, xStep: usize): void { copySteps<u8>(y, x, n, yStep, xStep); }
export function copySteps32(y: usize, x: usize, n: usize, yStep: usize, xStep: usize): void { copySteps<u32>(y, x, n, yStep, xStep); }
export function copySteps64(y: usize, x: usize, n: usize, yStep: usize, xStep: usize): void { copySteps<u64>(y, x, n, yStep, xStep); }

export function copyTurned8(y: usize, x: usize, height: usize, width: usize, yRow: usize, xColumn: usize): void {
  copyTurned<u8>(y, x, height, width, yRow, xColumn);
}
export function copyTurned32(y: usize, x: usize, height: usize, width: usize, yRow: usize, xColumn: usize): void {
  copyTurned<u32>(y, x, height, width, yRow, xColumn);
}
export function copyTurned64(y: usize, x: usize, height: usize, width: usize, yRow: usize, xColumn: usize): void {
  copyTurned<u64>(y, x, height, width, yRow, xColumn);
}
