import { IndexError, publicNames, sizeOf } from '@sluice/core';
import { decode, normalize, returnHalf, splitThread } from '../int32.ts';
import type { KernelSource } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import { type Block, type Bounds, type GpujsStorage, planesOf, within, type X } from '../storage.ts';
import { fill } from './move.ts';
import { around, loopBound, reduce } from './reduce.ts';

/** Indices that only the GPU knows: their bounds are read with the next download. */
interface Doubt {
  readonly operation: string;
  /** Length of the axis that they point into. */
  readonly length: number;
  readonly low: GpujsStorage;
  readonly high: GpujsStorage;
  /** What the user calls them. */
  readonly retell: (error: unknown) => unknown;
}

/** What stands between a wrong index on the GPU and a wrong result on the host. */
export class IndexChecks {
  #doubts: Doubt[] = [];

  /** @throws IndexError when the indices come from the host and one is wrong; those that the GPU computed are looked at later. */
  check(machine: Machine, operation: string, indices: X, length: number): void {
    const { bounds, size } = indices.storage;
    if (size === 0 || (bounds && bounds.low >= 0 && bounds.high < length)) return;
    if (bounds?.isExact) throwIfOutside(operation, bounds, length);
    const axes = indices.shape.map((_, axis) => axis);
    const [low, high] = [reduce(machine, 'min', indices, axes), reduce(machine, 'max', indices, axes)];
    this.#doubts.push({ operation, length, low, high, retell: publicNames() });
  }

  /** @throws IndexError when an index was wrong since the last call. */
  async settle(machine: Machine): Promise<void> {
    const doubts = this.#doubts;
    this.#doubts = [];
    const read = async (storage: GpujsStorage) => {
      const texels = await machine.launcher.download(storage.block as Block);
      machine.free(storage);
      return decode(texels, 'int32', 1)[0]!;
    };
    const settled = await Promise.all(
      doubts.map(async ({ low, high, ...doubt }) => ({ ...doubt, low: await read(low), high: await read(high) })),
    );
    for (const { operation, length, retell, ...bounds } of settled) {
      try {
        throwIfOutside(operation, bounds, length);
      } catch (error) {
        throw retell(error);
      }
    }
  }
}

function throwIfOutside(operation: string, { low, high }: Bounds, length: number): void {
  if (low >= 0 && high < length) return;
  throw new IndexError({
    operation,
    argument: 'indices',
    got: `hold ${low < 0 ? low : high}`,
    expected: length === 0 ? 'none, for an axis of size 0' : `values from 0 to ${length - 1}`,
  });
}

const gatherSource: KernelSource = {
  blocks: ['x', 'indices'],
  numbers: ['count', 'length', 'inner'],
  body: `const row = quotient(this.thread.x, inner);
const column = this.thread.x - row * inner;
const line = quotient(row, count);
const place = row - line * count;
const index = indices[place] * 65536 + indices[place + count];
return x[(line * length + index) * inner + column];`,
};

export function gather(machine: Machine, checks: IndexChecks, x: X, indices: X, axis: number): GpujsStorage {
  const { outer, size, inner } = around(x.shape, axis);
  checks.check(machine, 'gather', indices, size);
  const count = indices.storage.size;
  return machine.compute(
    x.dtype,
    outer * count * inner,
    'gather',
    () => gatherSource,
    [x, indices],
    [count, size, inner],
    within(x.storage.bounds),
  );
}

// Each thread looks through all indices for its own.
function scatterSource(isInt: boolean, bound: number): KernelSource {
  const element = isInt ? 'element' : 'this.thread.x';
  const body = (start: string, code: string, end: string) => `${isInt ? splitThread : ''}
const row = quotient(${element}, inner);
const column = ${element} - row * inner;
const line = quotient(row, length);
const own = row - line * length;
const ownHigh = Math.floor(own * 0.0000152587890625);
const ownLow = own - ownHigh * 65536;
${start}
for (let k = 0; k < ${bound}; k++) {
  if (k >= indexCount) { break; }
  if (indices[k + indexCount] == ownLow && indices[k] == ownHigh) {
    const at = (line * indexCount + k) * inner + column;
    ${code}
  }
}
${end}`;
  const numbers = ['indexCount', 'length', 'inner'];
  if (!isInt) {
    return {
      blocks: ['x', 'indices'],
      numbers,
      body: body('let total = 0;', 'total = total + x[at];', 'return total;'),
    };
  }
  const code = `high = high + x[at];\nlow = low + x[at + xCount];\n${normalize}`;
  return {
    blocks: ['x', 'indices'],
    numbers: ['count', 'xCount', ...numbers],
    body: body('let high = 0;\nlet low = 0;', code, returnHalf),
  };
}

export function scatterAdd(
  machine: Machine,
  checks: IndexChecks,
  updates: X,
  indices: X,
  axis: number,
  length: number,
): GpujsStorage {
  checks.check(machine, 'scatterAdd', indices, length);
  const outer = sizeOf(updates.shape.slice(0, axis));
  const inner = sizeOf(updates.shape.slice(axis + indices.shape.length));
  const { dtype } = updates;
  const size = outer * length * inner;
  if (updates.storage.size === 0) return fill(machine, size, 0, dtype);
  const bound = loopBound(indices.storage.size);
  const isInt = planesOf(dtype) === 2;
  const numbers = [...(isInt ? [size, updates.storage.size] : []), indices.storage.size, length, inner];
  const source = () => scatterSource(isInt, bound);
  return machine.compute(dtype, size, `scatterAdd ${isInt} ${bound}`, source, [updates, indices], numbers);
}
