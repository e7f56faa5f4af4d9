import { VECTOR } from './lanes';
import { TILE_BYTES } from './mat-mul-tile';
import { turnSquare } from './move';

/** Packs `R` rows of a, k steps of it: out[k, r] = a[r, k] for steps of `aRow` and `aStep` bytes. */
export function packRows<T>(out: usize, a: usize, R: usize, k: usize, aRow: usize, aStep: usize): void {
  for (let r: usize = 0; r < R; r++) {
    let from = a + r * aRow;
    let to = out + r * sizeof<T>();
    for (let i: usize = 0; i < k; i++) {
      store<T>(to, load<T>(from));
      to += R * sizeof<T>();
      from += aStep;
    }
  }
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
