import { type DType, mergeAxes, type Shape, sizeOf, stridesOf } from '@sluice/core';
import { halvesOf } from '../int32.ts';
import type { KernelSource } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import { offsetCode, offsetNumbers } from '../offsets.ts';
import { type GpujsStorage, planesOf, union, within, type X } from '../storage.ts';

/** A shape with the axis of the halves of an int32 before it. */
function withPlanes(dtype: DType, shape: Shape): Shape {
  return planesOf(dtype) === 2 ? [2, ...shape] : shape;
}

/** Reads `sizes` elements from `start` on in steps of `strides`, all counted in texels. */
function copyStrided(machine: Machine, x: X, sizes: Shape, start: number, strides: readonly number[]): GpujsStorage {
  const planes = planesOf(x.dtype);
  const nest = mergeAxes(withPlanes(x.dtype, sizes), [planes === 2 ? [x.storage.size, ...strides] : strides]);
  const rank = nest.sizes.length;
  const source = (): KernelSource => {
    const offsets = offsetCode('this.thread.x', rank, ['x']);
    return { blocks: ['x'], numbers: ['start', ...offsets.numbers], body: `${offsets.code}\nreturn x[start + xAt];` };
  };
  const numbers = [start, ...offsetNumbers(nest)];
  return machine.compute(x.dtype, sizeOf(sizes), `move ${rank}`, source, [x], numbers, within(x.storage.bounds));
}

export function slice(
  machine: Machine,
  x: X,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
): GpujsStorage {
  const strides = stridesOf(x.shape);
  const start = strides.reduce((sum, stride, axis) => sum + stride * starts[axis]!, 0);
  return copyStrided(
    machine,
    x,
    sizes,
    start,
    strides.map((stride, axis) => stride * steps[axis]!),
  );
}

export function transpose(machine: Machine, x: X, permutation: readonly number[]): GpujsStorage {
  const strides = stridesOf(x.shape);
  return copyStrided(
    machine,
    x,
    permutation.map((axis) => x.shape[axis]!),
    0,
    permutation.map((axis) => strides[axis]!),
  );
}

export function fill(machine: Machine, size: number, value: number, dtype: DType): GpujsStorage {
  if (dtype === 'int32') {
    const [high, low] = halvesOf(value);
    return machine.compute(dtype, size, 'fill int32', () => fillIntSource, [], [size, high, low], {
      low: value,
      high: value,
    });
  }
  const stored = dtype === 'bool' ? Number(value !== 0) : value;
  return machine.compute(dtype, size, 'fill', () => fillSource, [], [stored]);
}

const fillSource: KernelSource = { blocks: [], numbers: ['value'], floats: ['value'], body: 'return value;' };
const fillIntSource: KernelSource = {
  blocks: [],
  numbers: ['count', 'high', 'low'],
  body: 'return this.thread.x < count ? high : low;',
};

interface Gap {
  /** Length of the axis of the result, and of the operand. */
  readonly to: number;
  readonly from: number;
  readonly start: number;
  readonly step: number;
}

/** The fewest axes that say the same: one that is filled whole joins the one before it. */
function mergeGaps(gaps: readonly Gap[]): Gap[] {
  const merged: Gap[] = [];
  for (const gap of gaps) {
    const last = merged.at(-1);
    const isWhole = gap.start === 0 && gap.step === 1 && gap.from === gap.to;
    if (gap.to === 1 && gap.from === 1) continue;
    if (last && isWhole && last.step === 1) {
      merged[merged.length - 1] = {
        to: last.to * gap.to,
        from: last.from * gap.to,
        start: last.start * gap.to,
        step: 1,
      };
    } else {
      merged.push(gap);
    }
  }
  return merged.length > 0 ? merged : [{ to: 1, from: 1, start: 0, step: 1 }];
}

function padSource(rank: number): KernelSource {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const steps = axes
    .toReversed()
    .map((axis) =>
      [
        axis === 0
          ? 'along = rest;'
          : `outer = quotient(rest, to${axis}); along = rest - outer * to${axis}; rest = outer;`,
        `along = along - start${axis};`,
        `place = quotient(along, step${axis});`,
        `if (place * step${axis} != along || place < 0 || place >= from${axis}) { inside = 0; }`,
        'at = at + place * stride;',
        `stride = stride * from${axis};`,
      ].join('\n'),
    );
  const names = (name: string) => axes.map((axis) => name + axis);
  return {
    blocks: ['x'],
    numbers: ['half', 'value', 'valueLow', ...names('to'), ...names('from'), ...names('start'), ...names('step')],
    floats: ['value', 'valueLow'],
    body: `let rest = this.thread.x;
let outer = 0;
let along = 0;
let place = 0;
let at = 0;
let stride = 1;
let inside = 1;
${steps.join('\n')}
if (inside == 1) { return x[at]; }
return this.thread.x < half ? value : valueLow;`,
  };
}

export function pad(
  machine: Machine,
  x: X,
  shape: Shape,
  starts: readonly number[],
  steps: readonly number[],
  value: number,
): GpujsStorage {
  if (x.storage.size === 0) return fill(machine, sizeOf(shape), value, x.dtype);
  const gaps = shape.map((to, axis) => ({ to, from: x.shape[axis]!, start: starts[axis]!, step: steps[axis]! }));
  const planes = planesOf(x.dtype) === 2 ? [{ to: 2, from: 2, start: 0, step: 1 }] : [];
  const merged = mergeGaps([...planes, ...gaps]);
  const [high, low] = x.dtype === 'int32' ? halvesOf(value) : [value, value];
  const size = sizeOf(shape);
  const list = (name: keyof Gap) => merged.map((gap) => gap[name]);
  const numbers = [size, high, low, ...list('to'), ...list('from'), ...list('start'), ...list('step')];
  const bounds = union(x.storage.bounds, { low: value, high: value });
  return machine.compute(x.dtype, size, `pad ${merged.length}`, () => padSource(merged.length), [x], numbers, bounds);
}

function concatSource(count: number): KernelSource {
  const names = Array.from({ length: count }, (_, k) => k);
  const choices = names.map((k) => {
    const begin = k === 0 ? '0' : `end${k - 1}`;
    const code = `return x${k}[outer * (end${k} - ${begin}) + along - ${begin}];`;
    return k === count - 1 ? code : `if (along < end${k}) { ${code} }`;
  });
  return {
    blocks: names.map((k) => `x${k}`),
    numbers: names.map((k) => `end${k}`),
    body: `const outer = quotient(this.thread.x, end${count - 1});
const along = this.thread.x - outer * end${count - 1};
${choices.join('\n')}`,
  };
}

/** Joins as many arrays in a launch as a kernel may read, and then what came of that. */
export function concat(machine: Machine, xs: readonly X[], axis: number): GpujsStorage {
  const parts = xs.filter(({ storage }) => storage.size > 0);
  const most = machine.launcher.mostBlocks;
  if (parts.length > most) {
    const groups: X[] = [];
    for (let first = 0; first < parts.length; first += most) {
      const group = parts.slice(first, first + most);
      const length = group.reduce((sum, { shape }) => sum + shape[axis]!, 0);
      groups.push({ ...group[0]!, storage: concat(machine, group, axis), shape: group[0]!.shape.with(axis, length) });
    }
    const result = concat(machine, groups, axis);
    for (const { storage } of groups) machine.free(storage);
    return result;
  }
  const { dtype } = xs[0]!;
  const size = parts.reduce((sum, { storage }) => sum + storage.size, 0);
  let end = 0;
  const ends = parts.map(({ shape }) => {
    end += sizeOf(shape.slice(axis));
    return end;
  });
  const bounds = parts.map(({ storage }) => storage.bounds).reduce(union, parts[0]?.storage.bounds);
  const source = () => concatSource(parts.length);
  return machine.compute(dtype, size, `concat ${parts.length}`, source, parts, ends, bounds);
}
