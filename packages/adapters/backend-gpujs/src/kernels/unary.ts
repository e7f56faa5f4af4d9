import type { DType, UnaryKind } from '@sluice/core';
import { functions } from '../functions.ts';
import { normalize, returnHalf, splitThread } from '../int32.ts';
import type { KernelSource } from '../launcher.ts';
import type { Machine } from '../machine.ts';
import type { GpujsStorage, X } from '../storage.ts';

interface Formula {
  /** Code that returns the function of `v`. */
  readonly code: string;
  readonly functions?: KernelSource['functions'] | undefined;
}

const floatFormulas = {
  negate: { code: 'return -v;' },
  abs: { code: 'return Math.abs(v);' },
  sign: { code: 'if (v > 0) { return 1; } if (v < 0) { return -1; } return v;' },
  floor: { code: 'return Math.floor(v);' },
  ceil: { code: 'return Math.ceil(v);' },
  round: {
    code: `if (Math.abs(v) >= 8388608) { return v; }
const below = Math.floor(v);
const over = v - below;
if (over < 0.5) { return below; }
if (over > 0.5) { return below + 1; }
return below == 2 * Math.floor(below * 0.5) ? below : below + 1;`,
  },
  exp: { code: 'return exponential(v);', functions: functions.exponential },
  expm1: { code: 'return exponentialLess1(v);', functions: functions.exponentialLess1 },
  log: { code: 'return logarithm(v);', functions: functions.logarithm },
  log1p: { code: 'return logarithmOf1Plus(v);', functions: functions.logarithmOf1Plus },
  sqrt: { code: 'if (v == 0 || v > 3.4028234663852886e38) { return v; } return Math.sqrt(v);' },
  sin: { code: 'return sine(v, 0);', functions: functions.sine },
  cos: { code: 'return sine(v, 1);', functions: functions.sine },
  tanh: { code: 'return hyperbolicTangent(v);', functions: functions.hyperbolicTangent },
  sigmoid: { code: 'return logistic(v);', functions: functions.logistic },
  relu: { code: 'if (v == v) { return Math.max(v, 0); } return v;' },
  softplus: { code: 'return softPlus(v);', functions: functions.softPlus },
  erf: { code: 'return errorFunction(v);', functions: functions.errorFunction },
} as const satisfies Record<UnaryKind, Formula>;

const negated = `high = -high; low = -low;
${normalize}`;

// On `high` and `low`.
const intFormulas: Partial<Record<UnaryKind, string>> = {
  negate: negated,
  abs: `if (high < 0) { ${negated} }`,
  sign: `if (high < 0) { high = -1; low = 65535; } else { if (high > 0 || low > 0) { low = 1; } high = 0; }`,
};

function floatSource({ code, functions: used }: Formula): KernelSource {
  return { blocks: ['x'], numbers: [], body: `const v = x[this.thread.x];\n${code}`, functions: used ?? [] };
}

function intSource(code: string): KernelSource {
  return {
    blocks: ['x'],
    numbers: ['count'],
    body: `${splitThread}
let high = x[element];
let low = x[element + count];
${code}
${returnHalf}`,
  };
}

export function unary(machine: Machine, kind: UnaryKind, x: X): GpujsStorage {
  const { size } = x.storage;
  const code = intFormulas[kind];
  if (x.dtype === 'int32' && code !== undefined) {
    return machine.compute('int32', size, `unary ${kind} int32`, () => intSource(code), [x], [size]);
  }
  return machine.compute(x.dtype, size, `unary ${kind}`, () => floatSource(floatFormulas[kind]), [x], []);
}

// By the dtypes from and to; all others are copies. Into an int32 the code sets `high` and `low`.
const fromFloat = `const v = x[element];
let high = 0;
let low = 0;
if (v >= 2147483648) { high = 32767; low = 65535; }
else {
  if (v <= -2147483648) { high = -32768; }
  else {
    if (v >= 1 || v <= -1) {
      const whole = v < 0 ? Math.ceil(v) : Math.floor(v);
      high = Math.floor(whole * 0.0000152587890625);
      low = whole - high * 65536;
    }
  }
}`;

const copied: KernelSource = { blocks: ['x'], numbers: [], body: 'return x[this.thread.x];' };

const casts: Partial<Record<`${DType} to ${DType}`, KernelSource>> = {
  'float32 to bool': { blocks: ['x'], numbers: [], body: 'return x[this.thread.x] == 0 ? 0 : 1;' },
  'float32 to int32': {
    blocks: ['x'],
    numbers: ['count'],
    body: `${splitThread}\n${fromFloat}\n${returnHalf}`,
  },
  'bool to int32': {
    blocks: ['x'],
    numbers: ['count'],
    body: `${splitThread}\nreturn plane == 0 ? 0 : x[element];`,
  },
  'int32 to float32': {
    blocks: ['x'],
    numbers: ['count'],
    body: 'return x[this.thread.x] * 65536 + x[this.thread.x + count];',
  },
  'int32 to bool': {
    blocks: ['x'],
    numbers: ['count'],
    body: 'return x[this.thread.x] == 0 && x[this.thread.x + count] == 0 ? 0 : 1;',
  },
};

/** Converts; between equal types it copies. */
export function cast(machine: Machine, x: X, dtype: DType): GpujsStorage {
  const { size, bounds } = x.storage;
  const source = casts[`${x.dtype} to ${dtype}`] ?? copied;
  const name = source === copied ? 'copy' : `cast ${x.dtype} to ${dtype}`;
  const known = x.dtype === 'bool' ? { low: 0, high: 1 } : bounds;
  return machine.compute(dtype, size, name, () => source, [x], source.numbers.length > 0 ? [size] : [], known);
}
