import { packPanel, packPanelTurned, packRows } from './mat-mul-pack';
import { multiplyTile, TILE_BYTES, TILE_ROWS } from './mat-mul-tile';
import { rowsTimesVector, vectorTimesRows } from './mat-mul-vector';
import { partStart } from './parts';

// A panel of b of this depth and a tile's rows of a lie in the first cache, a block of a in the second, one of b in the third.
const BLOCK_K: usize = 256;
const BLOCK_ROWS: usize = 192;
const BLOCK_BYTES: usize = 8192;

// Fewer tiles than this one below the other do not repay the packing of b where its rows can be read as they are.
const FEW_ROWS: usize = 6;

// @ts-ignore: decorator
@inline
function roundUp(x: usize, to: usize): usize {
  return ((x + to - 1) / to) * to;
}

/** Bytes of scratch memory that each part of a product of this size may ask for. */
export function matMulScratch(M: usize, N: usize, K: usize, size: usize): usize {
  const k = min(K, BLOCK_K);
  return roundUp(k * (roundUp(min(M, BLOCK_ROWS), TILE_ROWS) * size + roundUp(min(N * size, BLOCK_BYTES), TILE_BYTES)), 64) + 64;
}

/** The rows of block `i` of `count` nearly equal ones. */
// @ts-ignore: decorator
@inline
function share(rows: usize, count: usize, i: usize): usize {
  return rows / count + (i < rows % count ? 1 : 0);
}

/** One part of y [M, N] = a [M, K] times b [K, N], or their transposed forms [K, M] and [N, K]; sizes are at least 1. */
function multiply<T>(
  y: usize, a: usize, b: usize, M: usize, N: usize, K: usize, turnA: bool, turnB: bool, scratch: usize, part: usize, parts: usize,
): void {
  if (M == 1 || N == 1) {
    if (part > 0) return;
    if (M > 1) {
      if (turnA) vectorTimesRows<T>(y, b, a, M, K, false);
      else rowsTimesVector<T>(y, b, a, M, K);
    } else if (turnB) rowsTimesVector<T>(y, a, b, N, K);
    else vectorTimesRows<T>(y, a, b, N, K, false);
    return;
  }
  const size: usize = sizeof<T>();
  const aRow = turnA ? size : K * size;
  const aStep = turnA ? M * size : size;
  const own = scratch + part * matMulScratch(M, N, K, size);
  multiplyStrided<T>(y, a, b, M, N, K, aRow, aStep, turnB ? K * size : N * size, turnB, own, part, parts);
}

/**
 * The same for operands of which a part is used: bytes from row to row of a and along one, and from row to row of b as it lies. Parts are stretches
 * of the longer side of y; `scratch` is the part's own.
 */
export function multiplyStrided<T>(
  y: usize, a: usize, b: usize, M: usize, N: usize, K: usize, aRow: usize, aStep: usize, bRow: usize, turnB: bool, scratch: usize,
  part: usize, parts: usize,
): void {
  const yRow = N * sizeof<T>();
  if (M >= N) {
    const first = partStart(M, TILE_ROWS, part, parts);
    M = partStart(M, TILE_ROWS, part + 1, parts) - first;
    y += first * yRow;
    a += first * aRow;
  } else {
    const unit = TILE_BYTES / sizeof<T>();
    const first = partStart(N, unit, part, parts);
    N = partStart(N, unit, part + 1, parts) - first;
    y += first * sizeof<T>();
    b += first * (turnB ? bRow : sizeof<T>());
  }
  const row = N * sizeof<T>();
  const direct = !turnB && M <= FEW_ROWS;
  for (let left: usize = 0; left < row; left += BLOCK_BYTES) {
    const width = min(BLOCK_BYTES, row - left);
    for (let k: usize = 0; k < K; k += BLOCK_K) {
      const depth = min(BLOCK_K, K - k);
      const to = y + left;
      const from = a + k * aStep;
      const add = k > 0;
      if (direct) {
        multiplyBlock<T>(to, from, b + k * bRow + left, M, width, depth, aRow, aStep, yRow, bRow, TILE_BYTES, scratch, add);
      } else {
        packBlock<T>(scratch, b, left, width, k, depth, bRow, turnB);
        const rowsAt = scratch + roundUp(width, TILE_BYTES) * depth;
        multiplyBlock<T>(to, from, scratch, M, width, depth, aRow, aStep, yRow, TILE_BYTES, depth * TILE_BYTES, rowsAt, add);
      }
    }
  }
}

/**
 * One block of columns, `width` bytes of a row of y, and `depth` steps of k. The rows of a panel of b are `bRow` bytes apart, the panels
 * `panelStep`.
 */
function multiplyBlock<T>(
  y: usize, a: usize, b: usize, M: usize, width: usize, depth: usize, aRow: usize, aStep: usize, yRow: usize, bRow: usize,
  panelStep: usize, rowsAt: usize, add: bool,
): void {
  const blocks = (M + BLOCK_ROWS - 1) / BLOCK_ROWS;
  for (let block: usize = 0; block < blocks; block++) {
    const height = share(M, blocks, block);
    const tiles = (height + TILE_ROWS - 1) / TILE_ROWS;
    packTiles<T>(rowsAt, a, height, tiles, depth, aRow, aStep);
    let from = b;
    for (let column: usize = 0; column < width; column += TILE_BYTES) {
      let to = y + column;
      let at = rowsAt;
      for (let i: usize = 0; i < tiles; i++) {
        const rows = share(height, tiles, i);
        multiplyTile<T>(rows, at, from, to, depth, bRow, yRow, width - column, add);
        to += rows * yRow;
        at += rows * depth * sizeof<T>();
      }
      from += panelStep;
    }
    y += height * yRow;
    a += height * aRow;
  }
}

/** Bytes of a packed matrix of K rows and N columns. */
// @ts-ignore: decorator
@inline
export function packedBytes<T>(N: usize, K: usize): usize {
  return roundUp(N * sizeof<T>(), TILE_BYTES) * K;
}

/** Packs b [K, N], or [N, K] when turned, for any number of products. */
export function packMatrix<T>(out: usize, b: usize, N: usize, K: usize, turned: bool): void {
  const width = N * sizeof<T>();
  for (let k: usize = 0; k < K; k += BLOCK_K) {
    const depth = min(BLOCK_K, K - k);
    packBlock<T>(out, b, 0, width, k, depth, turned ? K * sizeof<T>() : width, turned);
    out += roundUp(width, TILE_BYTES) * depth;
  }
}

/** y [M, N] (+)= a [M, K], its rows `aRow` bytes apart, times a packed matrix; `rowsAt` has room for `packedRowsBytes`. */
export function multiplyPacked<T>(
  y: usize, a: usize, packed: usize, M: usize, N: usize, K: usize, aRow: usize, rowsAt: usize, add: bool,
): void {
  const width = N * sizeof<T>();
  for (let k: usize = 0; k < K; k += BLOCK_K) {
    const depth = min(BLOCK_K, K - k);
    const from = a + k * sizeof<T>();
    const panel = depth * TILE_BYTES;
    multiplyBlock<T>(y, from, packed, M, width, depth, aRow, sizeof<T>(), width, TILE_BYTES, panel, rowsAt, add || k > 0);
    packed += roundUp(width, TILE_BYTES) * depth;
  }
}

/** Bytes of the packed rows of a product. */
// @ts-ignore: decorator
@inline
export function packedRowsBytes<T>(M: usize, K: usize): usize {
  return min(K, BLOCK_K) * roundUp(min(M, BLOCK_ROWS), TILE_ROWS) * sizeof<T>();
}

function packBlock<T>(out: usize, b: usize, left: usize, width: usize, k: usize, depth: usize, bRow: usize, turned: bool): void {
  const size: usize = sizeof<T>();
  for (let column: usize = 0; column < width; column += TILE_BYTES) {
    if (turned) {
      const first = (left + column) / size;
      packPanelTurned<T>(out, b + first * bRow + k * size, depth, bRow, min(TILE_BYTES, width - column) / size);
    } else {
      packPanel(out, b + k * bRow + left + column, depth, bRow);
    }
    out += depth * TILE_BYTES;
  }
}

function packTiles<T>(out: usize, a: usize, height: usize, tiles: usize, depth: usize, aRow: usize, aStep: usize): void {
  for (let i: usize = 0; i < tiles; i++) {
    const rows = share(height, tiles, i);
    packRows<T>(out, a, rows, depth, aRow, aStep);
    out += rows * depth * sizeof<T>();
    a += rows * aRow;
  }
}

export function matMulF32(
  y: usize, a: usize, b: usize, M: usize, N: usize, K: usize, turnA: bool, turnB: bool, scratch: usize, part: usize, parts: usize,
): void {
  multiply<f32>(y, a, b, M, N, K, turnA, turnB, scratch, part, parts);
}
export function matMulF64(
  y: usize, a: usize, b: usize, M: usize, N: usize, K: usize, turnA: bool, turnB: bool, scratch: usize, part: usize, parts: usize,
): void {
  multiply<f64>(y, a, b, M, N, K, turnA, turnB, scratch, part, parts);
}
