import { matMulScratch, multiply, multiplyPacked, packedBytes, packedRowsBytes, packMatrix } from './mat-mul';
import { rowsTimesVector, vectorTimesRows } from './mat-mul-vector';

/** One run over a sequence; the host fills it in before the call. Addresses of arrays of float32, and sizes in elements. */
// @ts-ignore: decorator
@unmanaged
export class Sequence {
  time: usize;
  batch: usize;
  hidden: usize;
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
  /** [time, batch, gates * hidden], then [time, batch, hidden] for each state: gates, and states before the step. */
  saved: usize;
  /** States [batch, hidden] one behind the other, the output's first: in, the first; out, the last. In the backward run their gradients. */
  states: usize;
  /** Gradient of the weight. */
  weightGradient: usize;
  scratch: usize;
}

const place: usize = memory.data(48, 16);
const sequence: Sequence = changetype<Sequence>(place);

/** Address of the description above. */
export function sequenceAddress(): usize {
  return place;
}

// @ts-ignore: decorator
@inline
function isActive(t: usize, row: usize): bool {
  return sequence.lengths == 0 || <i32>t < load<i32>(sequence.lengths + row * 4);
}

/** Bytes of scratch memory that either run asks for. */
export function sequenceScratch(time: usize, batch: usize, hidden: usize, gates: usize): usize {
  const width = gates * hidden;
  const forward = packedBytes<f32>(width, hidden) + packedRowsBytes<f32>(batch, hidden);
  const backward = packedBytes<f32>(hidden, width) + packedRowsBytes<f32>(batch, width);
  return max(max(forward, backward), matMulScratch(width, hidden, time * batch, 4)) + 64;
}

/** The states after the last step, and the output, for a cell C. */
// @ts-ignore: decorator
@inline
export function forwardSequence<C>(): void {
  const cell = changetype<C>(0);
  const s = sequence;
  const hidden = s.hidden;
  const width = cell.gates() * hidden;
  const stateBytes = s.batch * hidden * 4;
  const gateBytes = s.batch * width * 4;
  const savedStates = s.saved + s.time * gateBytes;
  const rowsAt = s.scratch + packedBytes<f32>(width, hidden);
  // A single row reads the weight as it is.
  const single = s.batch == 1;
  if (!single) packMatrix<f32>(s.scratch, s.weight, width, hidden, true);
  for (let step: usize = 0; step < s.time; step++) {
    const t = s.reverse ? s.time - 1 - step : step;
    const gates = s.saved + t * gateBytes;
    for (let k: usize = 0; k < cell.states(); k++) {
      memory.copy(savedStates + (k * s.time + t) * stateBytes, s.states + k * stateBytes, stateBytes);
    }
    if (single) rowsTimesVector<f32>(gates, s.states, s.weight, width, hidden);
    else multiplyPacked<f32>(gates, s.states, s.scratch, s.batch, width, hidden, rowsAt, false);
    for (let row: usize = 0; row < s.batch; row++) {
      const output = s.output + t * stateBytes + row * hidden * 4;
      if (isActive(t, row)) {
        const projected = s.projected + t * gateBytes + row * width * 4;
        cell.forward(gates + row * width * 4, projected, s.states + row * hidden * 4, stateBytes, output, hidden);
      } else {
        memory.fill(output, 0, hidden * 4);
      }
    }
  }
  clearEmpty(cell.states(), stateBytes, hidden);
}

/** The gradients of the projected input, the weight and the first states, for a cell C. */
// @ts-ignore: decorator
@inline
export function backwardSequence<C>(): void {
  const cell = changetype<C>(0);
  const s = sequence;
  const hidden = s.hidden;
  const width = cell.gates() * hidden;
  const stateBytes = s.batch * hidden * 4;
  const gateBytes = s.batch * width * 4;
  const savedStates = s.saved + s.time * gateBytes;
  const rowsAt = s.scratch + packedBytes<f32>(hidden, width);
  const single = s.batch == 1;
  if (!single) packMatrix<f32>(s.scratch, s.weight, hidden, width, false);
  clearEmpty(cell.states(), stateBytes, hidden);
  for (let step = s.time; step > 0; step--) {
    const t = s.reverse ? s.time - step : step - 1;
    const gradient = s.projected + t * gateBytes;
    for (let row: usize = 0; row < s.batch; row++) {
      const to = gradient + row * width * 4;
      if (isActive(t, row)) {
        const gates = s.saved + t * gateBytes + row * width * 4;
        const before = savedStates + t * stateBytes + row * hidden * 4;
        const output = s.output + t * stateBytes + row * hidden * 4;
        cell.backward(to, gates, before, s.time * stateBytes, s.states + row * hidden * 4, stateBytes, output, hidden);
      } else {
        memory.fill(to, 0, width * 4);
      }
    }
    // An inactive row adds nothing.
    if (!single) multiplyPacked<f32>(s.states, gradient, s.scratch, s.batch, hidden, width, rowsAt, true);
    else if (isActive(t, 0)) vectorTimesRows<f32>(s.states, gradient, s.weight, hidden, width);
  }
  // One product over all steps: gradients of the gates, turned, times the output state before each step.
  multiply<f32>(s.weightGradient, s.projected, savedStates, width, hidden, s.time * s.batch, true, false, s.scratch);
}

/** A row of length 0 ends in zeros, and gives no gradient to its first state. */
function clearEmpty(states: usize, stateBytes: usize, hidden: usize): void {
  if (sequence.lengths == 0) return;
  for (let row: usize = 0; row < sequence.batch; row++) {
    if (load<i32>(sequence.lengths + row * 4) > 0) continue;
    for (let k: usize = 0; k < states; k++) memory.fill(sequence.states + k * stateBytes + row * hidden * 4, 0, hidden * 4);
  }
}
