import {
  type BinaryKind,
  broadcastStrides,
  type CompareKind,
  type DType,
  mergeAxes,
  type Nest,
  type Shape,
  sizeOf,
} from '@sluice/core';
import { functions } from '../functions.ts';
import { normalize, returnHalf, splitThread } from '../int32.ts';
import type { KernelSource } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import { offsetCode, offsetNumbers } from '../offsets.ts';
import { type GpujsStorage, planesOf, union, type X } from '../storage.ts';

// Of `p` and `q`.
const floatFormulas = {
  add: 'return p + q;',
  subtract: 'return p - q;',
  multiply: 'return p * q;',
  divide: 'return p / q;',
  power: 'return power(p, q);',
  // A comparison with NaN is false, and the sum carries it on.
  minimum: 'if (p < q) { return p; } if (q <= p) { return q; } return p + q;',
  maximum: 'if (p > q) { return p; } if (q >= p) { return q; } return p + q;',
} as const satisfies Record<BinaryKind, string>;

const take = (test: string) => `if (${test}) { high = ah; low = al; } else { high = bh; low = bl; }`;
const less = 'ah < bh || (ah == bh && al < bl)';

// On the halves `ah`, `al`, `bh`, `bl`.
const intFormulas = {
  add: `high = ah + bh; low = al + bl;\n${normalize}`,
  subtract: `high = ah - bh; low = al - bl;\n${normalize}`,
  multiply: 'return intMultiply(ah, al, bh, bl, plane);',
  divide: 'return intDivide(ah, al, bh, bl, plane);',
  minimum: take(less),
  maximum: take(`!(${less})`),
} as const satisfies Record<Exclude<BinaryKind, 'power'>, string>;

const operators = {
  equal: { float: 'p == q', int: 'ah == bh && al == bl' },
  notEqual: { float: 'p != q', int: 'ah != bh || al != bl' },
  less: { float: 'p < q', int: less },
  lessEqual: { float: 'p <= q', int: 'ah < bh || (ah == bh && al <= bl)' },
  greater: { float: 'p > q', int: 'ah > bh || (ah == bh && al > bl)' },
  greaterEqual: { float: 'p >= q', int: 'ah > bh || (ah == bh && al >= bl)' },
} as const satisfies Record<CompareKind, { float: string; int: string }>;

const readHalves = `const ah = a[aAt];
const al = a[aAt + aCount];
const bh = b[bAt];
const bl = b[bAt + bCount];`;

function nestOf(operands: readonly X[], shape: Shape): Nest {
  return mergeAxes(
    shape,
    operands.map((x) => broadcastStrides(x.shape, shape)),
  );
}

function floatSource(rank: number, code: string): KernelSource {
  const offsets = offsetCode('this.thread.x', rank, ['a', 'b']);
  return {
    blocks: ['a', 'b'],
    numbers: offsets.numbers,
    body: `${offsets.code}\nconst p = a[aAt];\nconst q = b[bAt];\n${code}`,
    functions: code === floatFormulas.power ? functions.power : [],
  };
}

function intSource(rank: number, code: string): KernelSource {
  const offsets = offsetCode('element', rank, ['a', 'b']);
  return {
    blocks: ['a', 'b'],
    numbers: ['count', 'aCount', 'bCount', ...offsets.numbers],
    body: `${splitThread}\n${offsets.code}\n${readHalves}\nlet high = 0;\nlet low = 0;\n${code}\n${returnHalf}`,
  };
}

export function binary(machine: Machine, kind: BinaryKind, a: X, b: X, shape: Shape): GpujsStorage {
  const nest = nestOf([a, b], shape);
  const rank = nest.sizes.length;
  const size = sizeOf(shape);
  if (a.dtype === 'int32' && kind !== 'power') {
    const numbers = [size, a.storage.size, b.storage.size, ...offsetNumbers(nest)];
    const source = () => intSource(rank, intFormulas[kind]);
    return machine.compute('int32', size, `binary ${kind} int32 ${rank}`, source, [a, b], numbers);
  }
  const source = () => floatSource(rank, floatFormulas[kind]);
  return machine.compute(a.dtype, size, `binary ${kind} ${rank}`, source, [a, b], offsetNumbers(nest));
}

export function compare(machine: Machine, kind: CompareKind, a: X, b: X, shape: Shape): GpujsStorage {
  const nest = nestOf([a, b], shape);
  const rank = nest.sizes.length;
  const size = sizeOf(shape);
  if (a.dtype !== 'int32') {
    const source = () => floatSource(rank, `return ${operators[kind].float} ? 1 : 0;`);
    return machine.compute('bool', size, `compare ${kind} ${rank}`, source, [a, b], offsetNumbers(nest));
  }
  const source = (): KernelSource => {
    const offsets = offsetCode('this.thread.x', rank, ['a', 'b']);
    return {
      blocks: ['a', 'b'],
      numbers: ['aCount', 'bCount', ...offsets.numbers],
      body: `${offsets.code}\n${readHalves}\nreturn (${operators[kind].int}) ? 1 : 0;`,
    };
  };
  const numbers = [a.storage.size, b.storage.size, ...offsetNumbers(nest)];
  return machine.compute('bool', size, `compare ${kind} int32 ${rank}`, source, [a, b], numbers);
}

/** A shape and strides of the texels of an operand that is stretched over `shape`; of an int32 with the axis of its halves. */
function texelStrides(x: X, shape: Shape, dtype: DType): number[] {
  const strides = broadcastStrides(x.shape, shape);
  return planesOf(dtype) === 2 ? [x.dtype === 'int32' ? x.storage.size : 0, ...strides] : strides;
}

export function select(machine: Machine, condition: X, a: X, b: X, shape: Shape): GpujsStorage {
  const { dtype } = a;
  const texels = planesOf(dtype) === 2 ? [2, ...shape] : shape;
  const nest = mergeAxes(
    texels,
    [condition, a, b].map((x) => texelStrides(x, shape, dtype)),
  );
  const rank = nest.sizes.length;
  const source = (): KernelSource => {
    const offsets = offsetCode('this.thread.x', rank, ['c', 'a', 'b']);
    return {
      blocks: ['c', 'a', 'b'],
      numbers: offsets.numbers,
      body: `${offsets.code}\nif (c[cAt] != 0) { return a[aAt]; }\nreturn b[bAt];`,
    };
  };
  const bounds = union(a.storage.bounds, b.storage.bounds);
  return machine.compute(
    dtype,
    sizeOf(shape),
    `select ${rank}`,
    source,
    [condition, a, b],
    offsetNumbers(nest),
    bounds,
  );
}
