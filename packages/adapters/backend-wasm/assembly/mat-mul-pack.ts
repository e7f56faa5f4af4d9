import { VECTOR } from './lanes';
import { TILE_BYTES } from './mat-mul-tile';
import { turnSquare } from './move';

/** Packs `R` rows of a, k steps of it: out[k, r] = a[r, k] for steps of `aRow` and `aStep` bytes. */
export function packRows<T>(out: usize, a: usize, R: usize, k: usize, aRow: usize, aStep: usize): void {
  const step = R * sizeof<T>();
  if (sizeof<T>() == 4 && aRow == 4) {
    for (; k > 0; k--) {
      copyFew(out, a, R);
      out += step;
      a += aStep;
    }
    return;
  }
  let r: usize = 0;
  if (sizeof<T>() == 4 && aStep == 4) {
    const rest = k & 3;
    if (R & 4) {
      let p = a;
      let to = out;
      for (const end = a + (k - rest) * 4; p < end; p += VECTOR) {
        turnSquare(to, step, p, p + aRow, p + 2 * aRow, p + 3 * aRow);
        to += 4 * step;
      }
      packSteps<T>(to, p, 4, rest, step, aRow, aStep);
      r = 4;
    }
    if (R & 2) {
      let p = a + r * aRow;
      let to = out + r * 4;
      for (const end = p + (k - rest) * 4; p < end; p += VECTOR) {
        const x = v128.load(p);
        const z = v128.load(p + aRow);
        const low = i32x4.shuffle(x, z, 0, 4, 1, 5);
        const high = i32x4.shuffle(x, z, 2, 6, 3, 7);
        v128.store64_lane(to, low, 0);
        v128.store64_lane(to + step, low, 1);
        v128.store64_lane(to + 2 * step, high, 0);
        v128.store64_lane(to + 3 * step, high, 1);
        to += 4 * step;
      }
      packSteps<T>(to, p, 2, rest, step, aRow, aStep);
      r += 2;
    }
  }
  packSteps<T>(out + r * sizeof<T>(), a + r * aRow, R - r, k, step, aRow, aStep);
}

/** Element by element. */
function packSteps<T>(out: usize, a: usize, R: usize, k: usize, step: usize, aRow: usize, aStep: usize): void {
  for (; R > 0; R--) {
    let from = a;
    let to = out;
    for (let i = k; i > 0; i--) {
      store<T>(to, load<T>(from));
      to += step;
      from += aStep;
    }
    a += aRow;
    out += sizeof<T>();
  }
}

/** `count` numbers of 4 bytes, 1 to 7. */
// @ts-ignore: decorator
@inline
function copyFew(y: usize, x: usize, count: usize): void {
  if (count & 4) {
    v128.store(y, v128.load(x));
    y += VECTOR;
    x += VECTOR;
  }
  if (count & 2) {
    store<u64>(y, load<u64>(x));
    y += 8;
    x += 8;
  }
  if (count & 1) store<u32>(y, load<u32>(x));
}

/**
 * Packs one panel of b, `TILE_BYTES` wide: out[k, n] = b[k, n], read from rows that are `bRow` bytes apart. What lies behind the last
 * column is packed with it, and only ever meets sums that are not stored.
 */
export function packPanel(out: usize, b: usize, k: usize, bRow: usize): void {
  for (; k > 0; k--) {
    v128.store(out, v128.load(b));
    v128.store(out, v128.load(b, 16), 16);
    out += TILE_BYTES;
    b += bRow;
  }
}

/** The same, read from b [N, K] whose rows are `bRow` bytes apart; `columns` of the panel are there. */
export function packPanelTurned<T>(out: usize, b: usize, k: usize, bRow: usize, columns: usize): void {
  const width = TILE_BYTES / sizeof<T>();
  let done: usize = 0;
  if (sizeof<T>() == 4 && columns == width) {
    done = k & ~3;
    for (let half: usize = 0; half < 2; half++) {
      let p = b + half * 4 * bRow;
      let to = out + half * VECTOR;
      for (const end = p + done * 4; p < end; p += VECTOR) {
        turnSquare(to, TILE_BYTES, p, p + bRow, p + 2 * bRow, p + 3 * bRow);
        to += 4 * TILE_BYTES;
      }
    }
  }
  for (let n: usize = 0; n < width; n++) {
    // Columns that are not there hold any number; their sums are not stored.
    let from = b + min(n, columns - 1) * bRow + done * sizeof<T>();
    let to = out + done * TILE_BYTES + n * sizeof<T>();
    for (let i = done; i < k; i++) {
      store<T>(to, load<T>(from));
      to += TILE_BYTES;
      from += sizeof<T>();
    }
  }
}
