import { bytesPerElement, type Device, type Lengths, maximumOf, type Tensor, tensorsIn } from '@sluice/core';
import type { CellState, RecurrentCell } from './cell.ts';
import { isRecorded } from './fused.ts';
import { longestOf, type Stretch, stretchOf } from './lengths.ts';

/**
 * How long stretches are. At least `rows` of the batch over time, and rows whose states are `bytes`: each call of a fused kernel packs the weights
 * anew, and few rows are not worth the calls. But for that at most a `share` of the steps, in one direction or in both, so that what runs at once needs
 * little beside the output: steps that are composed copy their input once more.
 */
const limits = {
  fused: { rows: 768, bytes: 2 ** 16, oneWay: 32, bothWays: 48 },
  composed: { rows: 4, bytes: 2 ** 12, oneWay: 16, bothWays: 48 },
};

interface Run<State extends CellState> {
  readonly cell: RecurrentCell<State>;
  readonly directions: number;
  readonly time: number;
  readonly batch: number;
  readonly lengths: Lengths | undefined;
  /** All steps at once. */
  readonly whole: boolean;
}

/**
 * The stretches of time that layers run by, one after the other; none where no row has a step. For a tape it is one, for gradients need
 * what was computed of all steps. Otherwise nothing but the output outlives its stretch.
 */
export function stretchesOf<State extends CellState>({
  cell,
  directions,
  time,
  batch,
  lengths,
  whole,
}: Run<State>): Stretch[] {
  const { device, stateSizes } = cell;
  const steps = longestOf(lengths, time);
  const width = maximumOf(Object.values<number>(stateSizes));
  const bytes = batch * width * bytesPerElement(device.dtype);
  const limit = limits[device.fused && device.backend.recurrent !== undefined ? 'fused' : 'composed'];
  const share = directions === 1 ? limit.oneWay : limit.bothWays;
  const fraction = (steps * stateSizes.hidden) / (share * width);
  const atOnce = Math.ceil(Math.max(fraction, limit.bytes / bytes, limit.rows / batch));
  const length = whole || isRecorded(device) ? steps : Math.max(1, Math.min(steps, atOnce));
  // As long as each other: a product of one row alone adds up in another order.
  const count = steps > 0 ? Math.ceil(steps / length) : 0;
  const start = (i: number) => Math.floor((i * steps) / count);
  return Array.from({ length: count }, (_, i) => stretchOf(device, batch, lengths, start(i), start(i + 1)));
}

/**
 * Frees `garbage` but what `kept` (a tensor or any structure of them) shares a storage with, what the scope around does not own, and where a tape
 * listens everything.
 */
export function release(device: Device, garbage: unknown, kept: unknown): void {
  if (isRecorded(device)) return;
  const storages = new Set(tensorsIn(kept).map((tensor) => tensor.storage));
  for (const tensor of tensorsIn(garbage)) {
    if (device.owns(tensor) && !storages.has(tensor.storage)) tensor.dispose();
  }
}

/** Replaces tensors one by one, each of which is freed before the next is replaced. A single one waits for the end of the scope. */
export function replaceEach(
  tensors: readonly Tensor[],
  kept: unknown,
  replace: (x: Tensor, i: number) => Tensor,
): Tensor[] {
  return tensors.map((tensor, i) => {
    const { device } = tensor;
    const result = device.scope(() => replace(tensor, i));
    if (tensors.length > 1) release(device, tensor, [result, kept]);
    return result;
  });
}
