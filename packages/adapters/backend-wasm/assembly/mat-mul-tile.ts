import { madd, put, putUpTo, VECTOR } from './lanes';

/**
 * Rows of a tile of the result. With two vectors of columns, twelve sums and their operands fill the fifteen registers that V8 has for them on x64; a
 * product that is rounded before it is added needs one more, and more than there are cost a third of the speed.
 */
export const TILE_ROWS: usize = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
/** Bytes of a tile's row. */
export const TILE_BYTES: usize = 32;

/**
 * c[r, :] (+)= the sum over k of a[k, r] b[k, :] for one tile of `R` rows, which is a constant wherever this is inlined.
 * `a` is packed; a row of `b` follows the one before after `bRow` bytes; `bytes` of a row of `c` are stored.
 */
// @ts-ignore: decorator
@inline
function tile<T>(R: usize, a: usize, b: usize, c: usize, k: usize, bRow: usize, cRow: usize, bytes: usize, add: bool): void {
  const size: usize = sizeof<T>();
  const zero = i32x4.splat(0);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero, e0 = zero, e1 = zero, f0 = zero, f1 = zero;
  if (add) {
    a0 = v128.load(c);
    a1 = v128.load(c, 16);
    if (R > 1) { b0 = v128.load(c + cRow); b1 = v128.load(c + cRow, 16); }
    if (R > 2) { c0 = v128.load(c + 2 * cRow); c1 = v128.load(c + 2 * cRow, 16); }
    if (R > 3) { d0 = v128.load(c + 3 * cRow); d1 = v128.load(c + 3 * cRow, 16); }
    if (R > 4) { e0 = v128.load(c + 4 * cRow); e1 = v128.load(c + 4 * cRow, 16); }
    if (R > 5) { f0 = v128.load(c + 5 * cRow); f1 = v128.load(c + 5 * cRow, 16); }
  }
  for (const end = a + k * R * size; a < end; a += R * size) {
    const p = v128.load(b);
    const q = v128.load(b, 16);
    let x = v128.load_splat<T>(a);
    a0 = madd<T>(x, p, a0);
    a1 = madd<T>(x, q, a1);
    if (R > 1) { x = v128.load_splat<T>(a + size); b0 = madd<T>(x, p, b0); b1 = madd<T>(x, q, b1); }
    if (R > 2) { x = v128.load_splat<T>(a + 2 * size); c0 = madd<T>(x, p, c0); c1 = madd<T>(x, q, c1); }
    if (R > 3) { x = v128.load_splat<T>(a + 3 * size); d0 = madd<T>(x, p, d0); d1 = madd<T>(x, q, d1); }
    if (R > 4) { x = v128.load_splat<T>(a + 4 * size); e0 = madd<T>(x, p, e0); e1 = madd<T>(x, q, e1); }
    if (R > 5) { x = v128.load_splat<T>(a + 5 * size); f0 = madd<T>(x, p, f0); f1 = madd<T>(x, q, f1); }
    b += bRow;
  }
  if (bytes >= TILE_BYTES) {
    put<T>(c, a0);
    put<T>(c + 16, a1);
    if (R > 1) { c += cRow; put<T>(c, b0); put<T>(c + 16, b1); }
    if (R > 2) { c += cRow; put<T>(c, c0); put<T>(c + 16, c1); }
    if (R > 3) { c += cRow; put<T>(c, d0); put<T>(c + 16, d1); }
    if (R > 4) { c += cRow; put<T>(c, e0); put<T>(c + 16, e1); }
    if (R > 5) { c += cRow; put<T>(c, f0); put<T>(c + 16, f1); }
    return;
  }
  storeRow<T>(c, a0, a1, bytes);
  if (R > 1) { c += cRow; storeRow<T>(c, b0, b1, bytes); }
  if (R > 2) { c += cRow; storeRow<T>(c, c0, c1, bytes); }
  if (R > 3) { c += cRow; storeRow<T>(c, d0, d1, bytes); }
  if (R > 4) { c += cRow; storeRow<T>(c, e0, e1, bytes); }
  if (R > 5) { c += cRow; storeRow<T>(c, f0, f1, bytes); }
}

function storeRow<T>(c: usize, left: v128, right: v128, bytes: usize): void {
  putUpTo<T>(c, left, bytes);
  if (bytes > VECTOR) putUpTo<T>(c + VECTOR, right, bytes - VECTOR);
}

/** One tile of 1 to 6 rows. */
export function multiplyTile<T>(
  rows: usize, a: usize, b: usize, c: usize, k: usize, bRow: usize, cRow: usize, bytes: usize, add: bool,
): void {
  switch (<i32>rows) {
    case 1: tile<T>(1, a, b, c, k, bRow, cRow, bytes, add); break;
    case 2: tile<T>(2, a, b, c, k, bRow, cRow, bytes, add); break;
    case 3: tile<T>(3, a, b, c, k, bRow, cRow, bytes, add); break;
    case 4: tile<T>(4, a, b, c, k, bRow, cRow, bytes, add); break;
    default: {
      if (TILE_ROWS > 5 && rows > 5) tile<T>(6, a, b, c, k, bRow, cRow, bytes, add);
      else tile<T>(5, a, b, c, k, bRow, cRow, bytes, add);
    }
  }
}
