import { matMulScratch, multiplyPacked, multiplyStrided, packedBytes, packedRowsBytes, packMatrix } from './mat-mul';
import { rowsTimesVector, vectorTimesRows } from './mat-mul-vector';

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

/** Bytes of scratch memory that either run asks for: a packed weight, packed rows, and the products of a step. */
export function sequenceScratch(time: usize, batch: usize, hidden: usize, gates: usize): usize {
  const width = gates * hidden;
  const packed = max(packedBytes<f32>(width, hidden) + gates * packedBytes<f32>(1, hidden), packedBytes<f32>(hidden, width));
  const rows = packedRowsBytes<f32>(batch, width);
  return max(packed + rows + batch * width * 4, matMulScratch(width, hidden, time * batch, 4)) + 256;
}

/** The states after the last step, and the output. */
export function forwardSequence(forward: Forward): void {
  const s = sequence;
  const hidden = s.hidden;
  const phases: usize = s.split < s.gates ? 2 : 1;
  const row = hidden * 4;
  const stateBytes = s.batch * row;
  const gateBytes = stateBytes * s.gates;
  const keptBytes = stateBytes * s.kept;
  const keptRow = row * s.kept;
  const savedStates = s.saved + s.time * keptBytes;
  // A single row reads the weight as it is.
  const single = s.batch == 1;
  let packed = s.scratch;
  for (let phase: usize = 0; phase < phases && !single; phase++) {
    const start = phase ? s.split : 0;
    const width = ((phase ? s.gates : s.split) - start) * hidden;
    packMatrix<f32>(packed, s.weight + start * hidden * row, width, hidden, true);
    packed += packedBytes<f32>(width, hidden);
  }
  const products = packed;
  const rowsAt = products + gateBytes;
  for (let step: usize = 0; step < s.time; step++) {
    const t = s.reverse ? s.time - 1 - step : step;
    const kept = s.save ? s.saved + t * keptBytes : s.saved;
    for (let k: usize = 0; k < s.stateCount && s.save; k++) {
      memory.copy(savedStates + (k * s.time + t) * stateBytes, s.states + k * stateBytes, stateBytes);
    }
    packed = s.scratch;
    for (let phase: usize = 0; phase < phases; phase++) {
      const start = phase ? s.split : 0;
      const width = ((phase ? s.gates : s.split) - start) * hidden;
      const from = phase ? kept + s.middle * row : s.states;
      if (single) rowsTimesVector<f32>(products, from, s.weight + start * hidden * row, width, hidden);
      else multiplyPacked<f32>(products, from, packed, s.batch, width, hidden, phase ? keptRow : row, rowsAt, false);
      packed += packedBytes<f32>(width, hidden);
      for (let i: usize = 0; i < s.batch; i++) {
        const output = s.output + t * stateBytes + i * row;
        if (isActive(t, i)) {
          const projected = s.projected + t * gateBytes + i * row * s.gates;
          forward(phase, products + i * width * 4, projected, kept + i * keptRow, s.states + i * row, stateBytes, output, row);
        } else {
          memory.fill(output, 0, row);
          // The gradient of the weight meets it, though times zero.
          if (phases > 1) memory.fill(kept + i * keptRow + s.middle * row, 0, row);
        }
      }
    }
  }
  clearEmpty(s.stateCount, stateBytes, row);
}

/** The gradients of the projected input, the weight and the first states. */
export function backwardSequence(backward: Backward): void {
  const s = sequence;
  const hidden = s.hidden;
  const phases: usize = s.split < s.gates ? 2 : 1;
  const row = hidden * 4;
  const gateRow = row * s.gates;
  const stateBytes = s.batch * row;
  const gateBytes = stateBytes * s.gates;
  const keptBytes = stateBytes * s.kept;
  const keptRow = row * s.kept;
  const savedStates = s.saved + s.time * keptBytes;
  const gradients = s.productGradient;
  const single = s.batch == 1;
  let packed = s.scratch;
  for (let phase: usize = 0; phase < phases && !single; phase++) {
    const start = phase ? s.split : 0;
    const width = ((phase ? s.gates : s.split) - start) * hidden;
    packMatrix<f32>(packed, s.weight + start * hidden * row, hidden, width, false);
    packed += packedBytes<f32>(hidden, width);
  }
  const middle = packed;
  const rowsAt = middle + stateBytes;
  const packedEnd = packed;
  clearEmpty(s.stateCount, stateBytes, row);
  for (let step = s.time; step > 0; step--) {
    const t = s.reverse ? s.time - step : step - 1;
    packed = packedEnd;
    for (let phase = phases; phase-- > 0; ) {
      const start = phase ? s.split : 0;
      const width = ((phase ? s.gates : s.split) - start) * hidden;
      for (let i: usize = 0; i < s.batch; i++) {
        const to = s.projected + t * gateBytes + i * gateRow;
        const toProduct = gradients + t * gateBytes + i * gateRow;
        if (isActive(t, i)) {
          const before = savedStates + t * stateBytes + i * row;
          const output = s.output + t * stateBytes + i * row;
          const kept = s.saved + t * keptBytes + i * keptRow;
          const state = s.states + i * row;
          backward(phase, middle + i * row, to, toProduct, kept, before, s.time * stateBytes, state, stateBytes, output, row);
        } else {
          memory.fill(to, 0, gateRow);
          if (toProduct != to) memory.fill(toProduct, 0, gateRow);
        }
      }
      const gradient = gradients + t * gateBytes + start * row;
      const target = phase ? middle : s.states;
      packed -= packedBytes<f32>(hidden, width);
      // An inactive row adds nothing.
      if (!single) multiplyPacked<f32>(target, gradient, packed, s.batch, hidden, width, gateRow, rowsAt, phase == 0);
      else if (isActive(t, 0)) vectorTimesRows<f32>(target, gradient, s.weight + start * hidden * row, hidden, width, phase == 0);
    }
  }
  // One product over all steps: gradients of the gates, turned, times what each product was with.
  for (let phase: usize = 0; phase < phases; phase++) {
    const start = phase ? s.split : 0;
    const width = ((phase ? s.gates : s.split) - start) * hidden;
    const to = s.weightGradient + start * hidden * row;
    const other = phase ? s.saved + s.middle * row : savedStates;
    const otherRow = phase ? keptRow : row;
    multiplyStrided<f32>(to, gradients + start * row, other, width, hidden, s.time * s.batch, 4, gateRow, otherRow, false, s.scratch);
  }
}

/** A row of length 0 ends in zeros, and gives no gradient to its first state. */
function clearEmpty(states: usize, stateBytes: usize, row: usize): void {
  if (sequence.lengths == 0) return;
  for (let i: usize = 0; i < sequence.batch; i++) {
    if (load<i32>(sequence.lengths + i * 4) > 0) continue;
    for (let k: usize = 0; k < states; k++) memory.fill(sequence.states + k * stateBytes + i * row, 0, row);
  }
}
