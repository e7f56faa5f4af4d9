import { putGradient, VECTOR } from './lanes';
import { matMulScratch, multiplyPacked, multiplyStrided, packedBytes, packedRowsBytes, packMatrix } from './mat-mul';
import { rowsTimesVector, vectorTimesRows } from './mat-mul-vector';
import { partStart } from './parts';

// A cell is its layout, which the host describes, and the equations of one row of a step, forward and backward. They get addresses: of the row of
// each array, and of the numbers of the first state, the others being `stateStep` or `beforeStep` bytes behind one another; `row` is the bytes
// of `hidden` numbers. A step takes one matrix product, of the weight with the output state, or two: then the second is of the gates from
// `split` on with a block of what the first phase keeps, and in the backward run `product` is the gradient of that block.
//
// Where the output is a projection, the equations do not notice: what they put out goes to that block, and one more product makes the output and
// the first state of it. That state they must not read; its gradient comes with that of the output. Such a cell has at most two states.

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
  /** Numbers in a row of the output and of the first state: `hidden`, but for a projection. */
  outputs: usize;
  /** Blocks of `hidden` numbers in a row of `projected`, and of rows in the weight. */
  gates: usize;
  stateCount: usize;
  /** Blocks of `hidden` numbers that a row of a step keeps for the backward run. */
  kept: usize;
  /** Where the gates of the second product begin; `gates` where there is one. */
  split: usize;
  /** The block of those kept that the second product, or the projection, is with; 0 where there is neither. */
  middle: usize;
  /** Not 0: from the last step to the first. */
  reverse: usize;
  /** int32 [batch], or 0: all rows have all steps. */
  lengths: usize;
  /** Steps before the first one of this run, which the lengths count with. */
  before: usize;
  /** [time, batch, gates * hidden], the input's part of the gates; in the backward run, where its gradient goes. */
  projected: usize;
  /** [gates * hidden, outputs]. */
  weight: usize;
  /** [outputs, hidden], or 0: the output is what the equations say. */
  projection: usize;
  /** [time, batch, outputs]; in the backward run, the gradient that comes in. */
  output: usize;
  /** Not 0: `saved` holds all steps for the backward run, else what one of them keeps. */
  save: usize;
  /** [time, batch, kept * hidden], then [time, batch, size] for each state: what is kept, and states before the step. */
  saved: usize;
  /** States [batch, size] one behind the other, the output's first: in, the first; out, the last. In the backward run their gradients. */
  states: usize;
  /** [hidden], for cells that have one. */
  bias: usize;
  /** Gradient of the weight. */
  weightGradient: usize;
  /** [time, batch, gates * hidden], where the gradients of the products go; that of `projected` where they are the same. */
  productGradient: usize;
  /** Gradient of the projection. */
  projectionGradient: usize;
  /** [time, batch, outputs], where the gradients of the projected output go. */
  outputGradient: usize;
  scratch: usize;
}

const place: usize = memory.data(100, 16);
export const sequence: Sequence = changetype<Sequence>(place);

/** Address of the description above. */
export function sequenceAddress(): usize {
  return place;
}

// @ts-ignore: decorator
@inline
function isActive(t: usize, row: usize): bool {
  return sequence.lengths == 0 || <i32>(sequence.before + t) < load<i32>(sequence.lengths + row * 4);
}

/** Bytes from the first state of `rows` rows to state number k. */
// @ts-ignore: decorator
@inline
function stateOffset(k: usize, rows: usize): usize {
  return k ? rows * (sequence.outputs + (k - 1) * sequence.hidden) * 4 : 0;
}

/** How many products a step takes. */
function phases(): usize {
  return sequence.split < sequence.gates ? 2 : 1;
}

/** Rows of the weight in the product of a phase; 0 in that of a second one which is not there. */
function phaseRows(phase: usize): usize {
  return (phase ? sequence.gates - sequence.split : sequence.split) * sequence.hidden;
}

/** Where these rows begin. */
function phaseWeight(phase: usize): usize {
  return sequence.weight + (phase ? phaseRows(0) * sequence.outputs * 4 : 0);
}

/** Packs weights, turned as the forward run takes them: those of the phases, then the projection. Returns where they end. */
function packWeights(at: usize, turned: bool): usize {
  const s = sequence;
  for (let phase: usize = 0; phase < phases(); phase++) at = packWeight(at, phaseWeight(phase), phaseRows(phase), s.outputs, turned);
  return s.projection ? packWeight(at, s.projection, s.outputs, s.hidden, turned) : at;
}

function packWeight(at: usize, weight: usize, rows: usize, columns: usize, turned: bool): usize {
  const N = turned ? rows : columns;
  const K = turned ? columns : rows;
  packMatrix<f32>(at, weight, N, K, turned);
  return at + packedBytes<f32>(N, K);
}

/** Bytes of scratch memory that each part of either run asks for: packed weights, packed rows, and the products of a step. */
export function sequenceScratch(time: usize, batch: usize, hidden: usize, gates: usize): usize {
  const width = gates * hidden;
  const packed = max(packedBytes<f32>(width, hidden) + gates * packedBytes<f32>(1, hidden), packedBytes<f32>(hidden, width));
  const rows = packedRowsBytes<f32>(batch, width);
  const projection = packedBytes<f32>(hidden, hidden) + hidden * 4;
  return (max(packed + projection + rows + batch * width * 4, matMulScratch(width, hidden, time * batch, 4)) + 256 + 63) & ~63;
}

/** The states after the last step, and the output, of the rows of one part. */
export function forwardSequence(forward: Forward, part: usize, parts: usize): void {
  const s = sequence;
  const hidden = s.hidden;
  const outputs = s.outputs;
  const first = partStart(s.batch, 1, part, parts);
  const rows = partStart(s.batch, 1, part + 1, parts) - first;
  const row = hidden * 4;
  const outputRow = outputs * 4;
  const gateRow = row * s.gates;
  const keptRow = row * s.kept;
  const middle = s.middle * row;
  const savedStates = s.saved + s.time * s.batch * keptRow;
  const states = s.states + first * outputRow;
  const others = s.states + stateOffset(1, s.batch) + first * row;
  // A single row reads the weight as it is.
  const single = s.batch == 1;
  const packed = scratchOf(part);
  const packedSecond = packed + packedBytes<f32>(phaseRows(0), outputs);
  const packedProjection = packedSecond + packedBytes<f32>(phaseRows(1), outputs);
  const products = single ? packed : packWeights(packed, true);
  const rowsAt = products + rows * gateRow;
  for (let step: usize = 0; step < s.time; step++) {
    const t = s.reverse ? s.time - 1 - step : step;
    const stepRows = t * s.batch + first;
    const output = s.output + stepRows * outputRow;
    const kept = s.saved + (s.save ? stepRows : first) * keptRow;
    for (let k: usize = 0; k < s.stateCount && s.save; k++) {
      const bytes = k ? row : outputRow;
      const to = savedStates + stateOffset(k, s.time * s.batch) + stepRows * bytes;
      memory.copy(to, s.states + stateOffset(k, s.batch) + first * bytes, rows * bytes);
    }
    for (let phase: usize = 0; phase < phases(); phase++) {
      const width = phaseRows(phase);
      const from = phase ? kept + middle : states;
      const fromRow = phase ? keptRow : outputRow;
      if (single) rowsTimesVector<f32>(products, from, phaseWeight(phase), width, outputs);
      else multiplyPacked<f32>(products, from, phase ? packedSecond : packed, rows, width, outputs, fromRow, rowsAt, false);
      for (let i: usize = 0; i < rows; i++) {
        const to = output + i * outputRow;
        const keeps = kept + i * keptRow;
        if (isActive(t, first + i)) {
          const projected = s.projected + (stepRows + i) * gateRow;
          const state = s.projection ? keeps + middle : states + i * outputRow;
          const stateStep = others + i * row - state;
          forward(phase, products + i * width * 4, projected, keeps, state, stateStep, s.projection ? state : to, row);
        } else {
          memory.fill(to, 0, outputRow);
          // The gradient of a weight meets it, though times zero.
          if (middle) memory.fill(keeps + middle, 0, row);
        }
      }
    }
    if (!s.projection) continue;
    if (single) rowsTimesVector<f32>(products, kept + middle, s.projection, outputs, hidden);
    else multiplyPacked<f32>(products, kept + middle, packedProjection, rows, outputs, hidden, keptRow, rowsAt, false);
    for (let i: usize = 0; i < rows; i++) {
      if (!isActive(t, first + i)) continue;
      memory.copy(states + i * outputRow, products + i * outputRow, outputRow);
      memory.copy(output + i * outputRow, products + i * outputRow, outputRow);
    }
  }
  clearEmpty(first, rows);
}

/** The gradients of the projected input and of the first states, of the rows of one part. */
export function backwardSequence(backward: Backward, part: usize, parts: usize): void {
  const s = sequence;
  const hidden = s.hidden;
  const outputs = s.outputs;
  const first = partStart(s.batch, 1, part, parts);
  const rows = partStart(s.batch, 1, part + 1, parts) - first;
  const row = hidden * 4;
  const outputRow = outputs * 4;
  const gateRow = row * s.gates;
  const keptRow = row * s.kept;
  const savedStates = s.saved + s.time * s.batch * keptRow;
  const savedOthers = savedStates + stateOffset(1, s.time * s.batch);
  const states = s.states + first * outputRow;
  const others = s.states + stateOffset(1, s.batch) + first * row;
  const gradients = s.productGradient;
  const single = s.batch == 1;
  const packed = scratchOf(part);
  const packedSecond = packed + packedBytes<f32>(outputs, phaseRows(0));
  const packedProjection = packedSecond + packedBytes<f32>(outputs, phaseRows(1));
  const middle = single ? packed : packWeights(packed, false);
  // Of a projection, the gradient of the state comes with that of the output; this stays zero.
  const noState = middle + rows * row;
  const rowsAt = noState + row;
  memory.fill(noState, 0, row);
  clearEmpty(first, rows);
  for (let step = s.time; step > 0; step--) {
    const t = s.reverse ? s.time - step : step - 1;
    const stepRows = t * s.batch + first;
    if (s.projection) {
      const gradient = s.outputGradient + stepRows * outputRow;
      takeOutputGradients(t, first, rows, stepRows, gradient, states);
      if (single) vectorTimesRows<f32>(middle, gradient, s.projection, hidden, outputs, false);
      else multiplyPacked<f32>(middle, gradient, packedProjection, rows, hidden, outputs, outputRow, rowsAt, false);
    }
    for (let phase = phases(); phase-- > 0; ) {
      const width = phaseRows(phase);
      for (let i: usize = 0; i < rows; i++) {
        const at = stepRows + i;
        const to = s.projected + at * gateRow;
        const toProduct = gradients + at * gateRow;
        if (isActive(t, first + i)) {
          const before = savedStates + at * outputRow;
          const beforeStep = savedOthers + at * row - before;
          const product = middle + i * row;
          const state = s.projection ? noState : states + i * outputRow;
          const output = s.projection ? product : s.output + at * outputRow;
          const kept = s.saved + at * keptRow;
          backward(phase, product, to, toProduct, kept, before, beforeStep, state, others + i * row - state, output, row);
        } else {
          memory.fill(to, 0, gateRow);
          if (toProduct != to) memory.fill(toProduct, 0, gateRow);
        }
      }
      const gradient = gradients + stepRows * gateRow + (phase ? gateRow - width * 4 : 0);
      const target = phase ? middle : states;
      const add = phase == 0;
      // An inactive row adds nothing.
      if (!single) multiplyPacked<f32>(target, gradient, phase ? packedSecond : packed, rows, outputs, width, gateRow, rowsAt, add);
      else if (isActive(t, 0)) vectorTimesRows<f32>(target, gradient, phaseWeight(phase), outputs, width, add);
    }
  }
}

/** The gradients of the projected output of a step, those of the state that it is among them: these are zero afterwards. */
function takeOutputGradients(t: usize, first: usize, rows: usize, stepRows: usize, to: usize, states: usize): void {
  const row = sequence.outputs * 4;
  const output = sequence.output + stepRows * row;
  for (let i: usize = 0; i < rows; i++) {
    const at = i * row;
    const active = isActive(t, first + i);
    for (let left: usize = 0; left < row && active; left += VECTOR) {
      putGradient(to + at + left, f32x4.add(v128.load(output + at + left), v128.load(states + at + left)), row - left);
    }
    memory.fill((active ? states : to) + at, 0, row);
  }
}

/**
 * One part of the gradient of the weights, after the backward run: one product over all steps, of the gradients of the gates, turned, with what
 * each product was with.
 */
export function sequenceWeightGradient(part: usize, parts: usize): void {
  const s = sequence;
  const outputs = s.outputs;
  const row = s.hidden * 4;
  const outputRow = outputs * 4;
  const gateRow = row * s.gates;
  const keptRow = row * s.kept;
  const rows = s.time * s.batch;
  const middle = s.saved + s.middle * row;
  const scratch = scratchOf(part);
  for (let phase: usize = 0; phase < phases(); phase++) {
    const width = phaseRows(phase);
    const to = s.weightGradient + phaseWeight(phase) - s.weight;
    const gradient = s.productGradient + (phase ? gateRow - width * 4 : 0);
    const other = phase ? middle : s.saved + rows * keptRow;
    const otherRow = phase ? keptRow : outputRow;
    multiplyStrided<f32>(to, gradient, other, width, outputs, rows, 4, gateRow, otherRow, false, scratch, part, parts);
  }
  if (s.projection) {
    const to = s.projectionGradient;
    multiplyStrided<f32>(to, s.outputGradient, middle, outputs, s.hidden, rows, 4, outputRow, keptRow, false, scratch, part, parts);
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
function clearEmpty(first: usize, rows: usize): void {
  const s = sequence;
  if (s.lengths == 0) return;
  for (let i = first; i < first + rows; i++) {
    if (load<i32>(s.lengths + i * 4) > 0) continue;
    for (let k: usize = 0; k < s.stateCount; k++) {
      const bytes = (k ? s.hidden : s.outputs) * 4;
      memory.fill(s.states + stateOffset(k, s.batch) + i * bytes, 0, bytes);
    }
  }
}
