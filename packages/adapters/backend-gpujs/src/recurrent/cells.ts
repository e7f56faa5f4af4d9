import type { FusedCell } from '@sluice/core';
import { functions } from '../functions.ts';
import type { FunctionSource } from '../gpu-js.ts';

// A cell is a few launches a step, each of which computes one texel for each row of the batch and each unit. The equations are code over names:
//   x0 x1 ...    the projected input, gate by gate
//   s0 s1 ...    the matrix product of a launch forward, one number for each weight that takes part; `s` backward
//   h0 c0, h c   the states before and after the step
//   dh dc, dy    the gradients of the states after the step, and of the output
// and whatever the launches before it in the same step gave.

/** What a launch reads at the place of its own thread. */
export type Role = 'projected' | 'bias' | 'last' | 'gates' | 'after' | 'carry' | 'output' | 'gradient';

/** A sum over all units of a row: of a texel at each of them with the weights between them and the thread's unit. */
export interface Product {
  readonly of: 'last' | 'gates' | 'carry' | 'gradient';
  /** Pairs of a component of that texel and of the weights' texel. Forward each is a sum, backward all are added up. */
  readonly pairs: readonly (readonly [component: number, weight: number])[];
  /** Whether the weights are those of the projection, one number a texel. */
  readonly projects?: boolean | undefined;
}

export interface Stage {
  readonly product?: Product | undefined;
  readonly reads: readonly Role[];
  readonly code: string;
  /** The texel: names or code, 1, 2 or 4 of them. */
  readonly result: readonly string[];
}

export interface CellForm {
  /** Blocks of `hidden` numbers in the projected input. */
  readonly gates: number;
  /** The gate whose weights are at each component of the weights' texel; `undefined` for zeros. */
  readonly weights: readonly (number | undefined)[];
  /** Names of what a texel of states holds. */
  readonly state: readonly string[];
  /** Its components that are the contract's states, in its order. */
  readonly states: readonly number[];
  /** Names of what the gates give. */
  readonly kept?: readonly string[] | undefined;
  /** Before the states, where they take what all units gave, or where it is kept for the way back. */
  readonly open?: Stage | undefined;
  /** Gives the states. */
  readonly step: Stage;
  /** What leads to the gradients of the gates. Of rows that have ended they are zeros. */
  readonly gradients: readonly Stage[];
  /** From those the gradients of the states before the step, in the order of the texel of states but for what is no state. */
  readonly carry: Stage;
  /** Components of the texel of gradients, for each gate: of the projected input, and of the products with the weights. */
  readonly projectedGradients: readonly number[];
  readonly productGradients: readonly number[];
  /** The component of what the gates give whose product the last gate takes, in place of that of the output state. */
  readonly middle?: number | undefined;
  /** The component of what the gates give that is projected to the output state. */
  readonly projected?: number | undefined;
  readonly functions: readonly FunctionSource[];
}

const each = (...components: number[]) => components.map((component) => [component, component] as const);
const ofEach = (component: number, ...weights: number[]) => weights.map((weight) => [component, weight] as const);

const gateFunctions = [...functions.logistic, ...functions.hyperbolicTangent.slice(1)];

// Hochreiter & Schmidhuber 1997 with the forget gate of Gers, Schmidhuber & Cummins 2000.
const lstmGates = `const i = logistic(x0 + s0);
const f = logistic(x1 + s1);
const g = hyperbolicTangent(x2 + s2);
const o = logistic(x3 + s3);`;
const lstmGradient = (dh: string) => `const t = hyperbolicTangent(c);
const dhHere = ${dh} + dy;
const dcHere = dc + dhHere * o * (1 - t * t);`;
const lstmGradients = [
  'dcHere * g * i * (1 - i)',
  'dcHere * c0 * f * (1 - f)',
  'dcHere * i * (1 - g * g)',
  'dhHere * t * o * (1 - o)',
];

const lstm: CellForm = {
  gates: 4,
  weights: [0, 1, 2, 3],
  state: ['c', 'h'],
  states: [1, 0],
  kept: ['i', 'f', 'g', 'o'],
  open: {
    product: { of: 'last', pairs: ofEach(1, 0, 1, 2, 3) },
    reads: ['projected'],
    code: lstmGates,
    result: ['i', 'f', 'g', 'o'],
  },
  step: {
    reads: ['gates', 'last'],
    code: `const c = f * c0 + i * g;
const h = o * hyperbolicTangent(c);`,
    result: ['c', 'h'],
  },
  gradients: [
    {
      reads: ['gates', 'last', 'after', 'carry', 'output'],
      code: lstmGradient('dh'),
      result: lstmGradients,
    },
  ],
  carry: {
    product: { of: 'gradient', pairs: each(0, 1, 2, 3) },
    reads: ['gates', 'after', 'carry', 'output'],
    code: lstmGradient('dh'),
    result: ['dcHere * f', 's'],
  },
  projectedGradients: [0, 1, 2, 3],
  productGradients: [0, 1, 2, 3],
  functions: gateFunctions,
};

/** Sak, Senior & Beaufays 2014: m is projected. `dy` is the gradient of m by way of the output. */
const projectedLstm: CellForm = {
  ...lstm,
  kept: ['i', 'f', 'g', 'o', 'm'],
  open: {
    product: { of: 'last', pairs: ofEach(1, 0, 1, 2, 3) },
    reads: ['projected', 'last'],
    code: `${lstmGates}\nconst m = o * hyperbolicTangent(f * c0 + i * g);`,
    result: ['i', 'f', 'g', 'o', 'm'],
  },
  step: {
    product: { of: 'gates', pairs: ofEach(4, 0), projects: true },
    reads: ['gates', 'last'],
    code: 'const c = f * c0 + i * g;',
    result: ['c', 's0'],
  },
  gradients: [
    {
      product: { of: 'carry', pairs: ofEach(1, 0), projects: true },
      reads: ['gates', 'last', 'after', 'carry', 'output'],
      code: lstmGradient('s'),
      result: [...lstmGradients, 'dcHere'],
    },
  ],
  carry: {
    product: { of: 'gradient', pairs: each(0, 1, 2, 3) },
    reads: ['gates', 'gradient'],
    code: '',
    result: ['gradient4 * f', 's'],
  },
  projected: 4,
};

// Not n + z (h - n), which does not keep h exactly at z = 1.
const interpolate = 'const h = (1 - z) * n + z * h0;';
const candidateGradient = 'const dn = (dh + dy) * (1 - z) * (1 - n * n);';
const updateGradient = 'const dz = (dh + dy) * (h0 - n) * z * (1 - z);';

/** Chung et al. 2014 as cuDNN and PyTorch compute it: r multiplies the product, which is kept as `a`. */
const gruAfter: CellForm = {
  gates: 3,
  weights: [0, 1, undefined, 2],
  state: ['h'],
  states: [0],
  kept: ['r', 'z', 'n', 'a'],
  open: {
    product: { of: 'last', pairs: ofEach(0, 0, 1, 3) },
    reads: ['projected', 'bias'],
    code: `const r = logistic(x0 + s0);
const z = logistic(x1 + s1);
const a = s3 + bias0;
const n = hyperbolicTangent(x2 + r * a);`,
    result: ['r', 'z', 'n', 'a'],
  },
  step: { reads: ['gates', 'last'], code: interpolate, result: ['h'] },
  gradients: [
    {
      reads: ['gates', 'last', 'carry', 'output'],
      code: `${candidateGradient}\n${updateGradient}`,
      result: ['dn * a * r * (1 - r)', 'dz', 'dn', 'dn * r'],
    },
  ],
  carry: {
    product: { of: 'gradient', pairs: each(0, 1, 3) },
    reads: ['gates', 'carry', 'output'],
    code: '',
    result: ['(dh + dy) * z + s'],
  },
  projectedGradients: [0, 1, 2],
  productGradients: [0, 1, 3],
  functions: gateFunctions,
};

/** Cho et al. 2014, eq. 8: r multiplies the state, and all of that is needed before the product of n. */
const gruBefore: CellForm = {
  gates: 3,
  weights: [0, 1, 2, undefined],
  state: ['n', 'h'],
  states: [1],
  kept: ['r', 'z', 'rh', ''],
  open: {
    product: { of: 'last', pairs: ofEach(1, 0, 1) },
    reads: ['projected', 'last'],
    code: `const r = logistic(x0 + s0);
const z = logistic(x1 + s1);`,
    result: ['r', 'z', 'r * h0', '0'],
  },
  step: {
    product: { of: 'gates', pairs: ofEach(2, 2) },
    reads: ['projected', 'gates', 'last'],
    code: `const n = hyperbolicTangent(x2 + s2);\n${interpolate}`,
    result: ['n', 'h'],
  },
  gradients: [
    {
      reads: ['gates', 'last', 'after', 'carry', 'output'],
      code: `${candidateGradient}\n${updateGradient}`,
      result: ['0', 'dz', 'dn', '0'],
    },
    {
      product: { of: 'gradient', pairs: each(2) },
      reads: ['gates', 'last', 'gradient'],
      code: '',
      result: ['s * h0 * r * (1 - r)', 'gradient1', 'gradient2', 's * r'],
    },
  ],
  carry: {
    product: { of: 'gradient', pairs: each(0, 1) },
    reads: ['gates', 'carry', 'output', 'gradient'],
    code: '',
    result: ['0', '(dh + dy) * z + gradient3 + s'],
  },
  projectedGradients: [0, 1, 2],
  productGradients: [0, 1, 2],
  middle: 2,
  functions: gateFunctions,
};

/** Elman 1990, with any function of one number by its code and its gradient by that of its value. */
function rnn(code: string, gradient: string, used: readonly FunctionSource[]): CellForm {
  return {
    gates: 1,
    weights: [0],
    state: ['h'],
    states: [0],
    step: { product: { of: 'last', pairs: ofEach(0, 0) }, reads: ['projected'], code, result: ['h'] },
    gradients: [{ reads: ['after', 'carry', 'output'], code: '', result: [gradient] }],
    carry: { product: { of: 'gradient', pairs: each(0) }, reads: [], code: '', result: ['s'] },
    projectedGradients: [0],
    productGradients: [0],
    functions: used,
  };
}

const forms = {
  lstm,
  projectedLstm,
  gruAfter,
  gruBefore,
  rnnTanh: rnn('const h = hyperbolicTangent(x0 + s0);', '(dh + dy) * (1 - h * h)', functions.hyperbolicTangent),
  // A NaN stays.
  rnnRelu: rnn('let h = x0 + s0; if (h < 0) { h = 0; }', 'h > 0 ? dh + dy : 0', []),
} as const satisfies Record<string, CellForm>;

/**
 * States and, where they are kept for the way back, gates in one launch, where the states do not take what the gates of all units gave: the components of the
 * states, then those of the gates.
 */
export function wholeStep({ open, step }: CellForm, keep: boolean): Stage | undefined {
  if (!open || step.product) return undefined;
  const reads = new Set([...open.reads, ...step.reads.filter((role) => role !== 'gates')]);
  const result = keep ? [...step.result, ...open.result] : step.result;
  return { ...open, reads: [...reads], code: `${open.code}\n${step.code}`, result };
}

export type CellName = keyof typeof forms;

export function nameOf(cell: FusedCell): CellName | undefined {
  const { kind } = cell;
  if (kind === 'lstm' || kind === 'projectedLstm') return kind;
  if (kind === 'gru') return cell.resetAfter ? 'gruAfter' : 'gruBefore';
  // A later contract may know more.
  if (kind === 'rnn') return ({ tanh: 'rnnTanh', relu: 'rnnRelu' } as const)[cell.nonlinearity];
  return undefined;
}

export function formOf(name: CellName): CellForm {
  return forms[name];
}
