import { matMulScratch, multiplyPacked, multiplyStrided, packedBytes, packedRowsBytes, packMatrix } from './mat-mul';
import { rowsTimesVector, vectorTimesRows } from './mat-mul-vector';
import { partStart } from './parts';

// A cell is its layout, which the host describes, and the equations of one row of a step, forward and backward. They get addresses: of the row of
// each array, and of the numbers of the first state, the others being `stateStep` or `beforeStep` bytes behind one another; `row` is the bytes
// of `hidden` numbers. A step takes one matrix product, of the weight with the output state, or two: then the second is of the gates from
// `split` on with a block of what the first phase keeps, and in the backward run `product` is the gradient of that block.

export type Forward = (
  phase: usize, product: usize, projected: usize, kept: usize, state: usize, stateStep: usize, output: usize, row: usize,
) => void;

/**
 * Writes the gradient of the gates into `to`, and that of the products, where they differ, into `toProduct`. The gradients of the states after
 * the step become those before it but for what product 0 passes on, which the caller adds.
 */
export type Backward = (
  phase: usize, product: usize, to: usize, toProduct: usize, kept: usize, before: usize, beforeStep: usize, state: usize,
  stateStep: usize, output: usize, row: usize,
) => void;

/** One run over a sequence; the host fills it in before the call. Addresses of arrays of float32, and sizes in elements. */
// @ts-ignore: decorator
@unmanaged
export class Sequence {
  time: usize;
  batch: usize;
  hidden: usize;
  /** Blocks of `hidden` numbers in a row of `projected`, and of rows in the weight. */
  gates: usize;
  stateCount: usize;
  /** Blocks of `hidden` numbers that a row of a step keeps for the backward run. */
  kept: usize;
  /** Where the gates of the second product begin; `gates` where there is one. */
  split: usize;
  /** The block of those kept that the second product is with. */
  middle: usize;
  /** Not 0: from the last step to the first. */
  reverse: usize;
  /** int32 [batch], or 0: all rows have all steps. */
  lengths: usize;
  /** [time, batch, gates * hidden], the input's part of the gates; in the backward run, where its gradient goes. */
  projected: usize;
  /** [gates * hidden, hidden]. */
  weight: usize;
  /** [time, batch, hidden]; in the backward run, the gradient that comes in. */
  output: usize;
  /** Not 0: `saved` holds all steps for the backward run, else what one of them keeps. */
  save: usize;
  /** [time, batch, kept * hidden], then [time, batch, hidden] for each state: what is kept, and states before the step. */
  saved: usize;
  /** States [batch, hidden] one behind the other, the output's first: in, the first; out, the last. In the backward run their gradients. */
  states: usize;
  /** [hidden], for cells that have one. */
  bias: usize;
  /** Gradient of the weight. */
  weightGradient: usize;
  /** [time, batch, gates * hidden], where the gradients of the products go; that of `projected` where they are the same. */
  productGradient: usize;
  scratch: usize;
}

const place: usize = memory.data(96, 16);
export const sequence: Sequence = changetype<Sequence>(place);

/** Address of the description above. */
export function sequenceAddress(): usize {
  return place;
}

// @ts-ignore: decorator
@inline
function isActive(t: usize, row: usize): bool {
  return sequence.lengths == 0 || <i32>t < load<i32>(sequence.lengths + row * 4);
}

/** Bytes of scratch memory that each part of either run asks for: a packed weight, packed rows, and the products of a step. */
export function sequenceScratch(time: usize, batch: usize, hidden: usize, gates: usize): usize {
  const width = gates * hidden;
  const packed = max(packedBytes<f32>(width, hidden) + gates * packedBytes<f32>(1, hidden), packedBytes<f32>(hidden, width));
  const rows = packedRowsBytes<f32>(batch, width);
  return (max(packed + rows + batch * width * 4, matMulScratch(width, hidden, time * batch, 4)) + 256 + 63) & ~63;
}

/** The states after the last step, and the output, of the rows of one part. */
export function forwardSequence(forward: Forward, part: usize, parts: usize): void {
  const s = sequence;
  const hidden = s.hidden;
  const first = partStart(s.batch, 1, part, parts);
  const rows = partStart(s.batch, 1, part + 1, parts) - first;
  const phases: usize = s.split < s.gates ? 2 : 1;
  const row = hidden * 4;
  const gateRow = row * s.gates;
  const keptRow = row * s.kept;
  const stateBytes = s.batch * row;
  const savedStates = s.saved + s.time * s.batch * keptRow;
  const states = s.states + first * row;
  // A single row reads the weight as it is.
  const single = s.batch == 1;
  const scratch = scratchOf(part);
  let packed = scratch;
  for (let phase: usize = 0; phase < phases && !single; phase++) {
    const start = phase ? s.split : 0;
    const width = ((phase ? s.gates : s.split) - start) * hidden;
    packMatrix<f32>(packed, s.weight + start * hidden * row, width, hidden, true);
    packed += packedBytes<f32>(width, hidden);
  }
  const products = packed;
  const rowsAt = products + rows * gateRow;
  for (let step: usize = 0; step < s.time; step++) {
    const t = s.reverse ? s.time - 1 - step : step;
    const stepRows = t * s.batch + first;
    const kept = s.saved + (s.save ? stepRows : first) * keptRow;
    for (let k: usize = 0; k < s.stateCount && s.save; k++) {
      memory.copy(savedStates + k * s.time * stateBytes + stepRows * row, states + k * stateBytes, rows * row);
    }
    packed = scratch;
    for (let phase: usize = 0; phase < phases; phase++) {
      const start = phase ? s.split : 0;
      const width = ((phase ? s.gates : s.split) - start) * hidden;
      const from = phase ? kept + s.middle * row : states;
      if (single) rowsTimesVector<f32>(products, from, s.weight + start * hidden * row, width, hidden);
      else multiplyPacked<f32>(products, from, packed, rows, width, hidden, phase ? keptRow : row, rowsAt, false);
      packed += packedBytes<f32>(width, hidden);
      for (let i: usize = 0; i < rows; i++) {
        const output = s.output + (stepRows + i) * row;
        if (isActive(t, first + i)) {
          const projected = s.projected + (stepRows + i) * gateRow;
          forward(phase, products + i * width * 4, projected, kept + i * keptRow, states + i * row, stateBytes, output, row);
        } else {
          memory.fill(output, 0, row);
          // The gradient of the weight meets it, though times zero.
          if (phases > 1) memory.fill(kept + i * keptRow + s.middle * row, 0, row);
        }
      }
    }
  }
  clearEmpty(first, rows, stateBytes, row);
}

/** The gradients of the projected input and of the first states, of the rows of one part. */
export function backwardSequence(backward: Backward, part: usize, parts: usize): void {
  const s = sequence;
  const hidden = s.hidden;
  const first = partStart(s.batch, 1, part, parts);
  const rows = partStart(s.batch, 1, part + 1, parts) - first;
  const phases: usize = s.split < s.gates ? 2 : 1;
  const row = hidden * 4;
  const gateRow = row * s.gates;
  const keptRow = row * s.kept;
  const stateBytes = s.batch * row;
  const savedStates = s.saved + s.time * s.batch * keptRow;
  const states = s.states + first * row;
  const gradients = s.productGradient;
  const single = s.batch == 1;
  let packed = scratchOf(part);
  for (let phase: usize = 0; phase < phases && !single; phase++) {
    const start = phase ? s.split : 0;
    const width = ((phase ? s.gates : s.split) - start) * hidden;
    packMatrix<f32>(packed, s.weight + start * hidden * row, hidden, width, false);
    packed += packedBytes<f32>(hidden, width);
  }
  const middle = packed;
  const rowsAt = middle + rows * row;
  const packedEnd = packed;
  clearEmpty(first, rows, stateBytes, row);
  for (let step = s.time; step > 0; step--) {
    const t = s.reverse ? s.time - step : step - 1;
    const stepRows = t * s.batch + first;
    packed = packedEnd;
    for (let phase = phases; phase-- > 0; ) {
      const start = phase ? s.split : 0;
      const width = ((phase ? s.gates : s.split) - start) * hidden;
      for (let i: usize = 0; i < rows; i++) {
        const at = stepRows + i;
        const to = s.projected + at * gateRow;
        const toProduct = gradients + at * gateRow;
        if (isActive(t, first + i)) {
          const before = savedStates + at * row;
          const state = states + i * row;
          const output = s.output + at * row;
          const kept = s.saved + at * keptRow;
          backward(phase, middle + i * row, to, toProduct, kept, before, s.time * stateBytes, state, stateBytes, output, row);
        } else {
          memory.fill(to, 0, gateRow);
          if (toProduct != to) memory.fill(toProduct, 0, gateRow);
        }
      }
      const gradient = gradients + stepRows * gateRow + start * row;
      const target = phase ? middle : states;
      packed -= packedBytes<f32>(hidden, width);
      // An inactive row adds nothing.
      if (!single) multiplyPacked<f32>(target, gradient, packed, rows, hidden, width, gateRow, rowsAt, phase == 0);
      else if (isActive(t, 0)) vectorTimesRows<f32>(target, gradient, s.weight + start * hidden * row, hidden, width, phase == 0);
    }
  }
}

/**
 * One part of the gradient of the weight, after the backward run: one product over all steps, of the gradients of the gates, turned, with what
 * each product was with.
 */
export function sequenceWeightGradient(part: usize, parts: usize): void {
  const s = sequence;
  const row = s.hidden * 4;
  const gateRow = row * s.gates;
  const keptRow = row * s.kept;
  const rows = s.time * s.batch;
  const savedStates = s.saved + rows * keptRow;
  const phases: usize = s.split < s.gates ? 2 : 1;
  for (let phase: usize = 0; phase < phases; phase++) {
    const start = phase ? s.split : 0;
    const width = ((phase ? s.gates : s.split) - start) * s.hidden;
    const to = s.weightGradient + start * s.hidden * row;
    const gradient = s.productGradient + start * row;
    const other = phase ? s.saved + s.middle * row : savedStates;
    const otherRow = phase ? keptRow : row;
    multiplyStrided<f32>(to, gradient, other, width, s.hidden, rows, 4, gateRow, otherRow, false, s.scratch, part, parts);
  }
}

/** The scratch memory of one part. */
// @ts-ignore: decorator
@inline
function scratchOf(part: usize): usize {
  const s = sequence;
  return s.scratch + part * sequenceScratch(s.time, s.batch, s.hidden, s.gates);
}

/** A row of length 0 ends in zeros, and gives no gradient to its first state. */
function clearEmpty(first: usize, rows: usize, stateBytes: usize, row: usize): void {
  const s = sequence;
  if (s.lengths == 0) return;
  for (let i = first; i < first + rows; i++) {
    if (load<i32>(s.lengths + i * 4) > 0) continue;
    for (let k: usize = 0; k < s.stateCount; k++) memory.fill(s.states + k * stateBytes + i * row, 0, row);
  }
}
