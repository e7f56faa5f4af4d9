export {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
  select,
} from './compare.ts';
export { detach } from './detach.ts';
export { dropout } from './dropout.ts';
export {
  abs,
  add,
  cast,
  ceil,
  clamp,
  cos,
  divide,
  erf,
  exp,
  expm1,
  floor,
  type GeluOptions,
  gelu,
  log,
  log1p,
  maximum,
  minimum,
  multiply,
  negate,
  power,
  relu,
  round,
  sigmoid,
  sign,
  silu,
  sin,
  softplus,
  sqrt,
  square,
  subtract,
  tanh,
} from './elementwise.ts';
export { gather, oneHot, pick, type ScatterAddOptions, scatterAdd } from './gather.ts';
export { concat, split, stack, unstack } from './join.ts';
export { matMul } from './mat-mul.ts';
export {
  type Axes,
  argMax,
  argMin,
  type CumulativeSumOptions,
  cumulativeSum,
  logSumExp,
  max,
  mean,
  min,
  type ReduceOptions,
  sum,
} from './reduce.ts';
export { broadcastTo, expandAxis, reshape, squeezeAxis, transpose } from './shape.ts';
export { flip, pad, type SliceOptions, slice } from './slice.ts';
export { type LayerNormOptions, layerNorm, logSoftmax, softmax } from './softmax.ts';
export type { Scalar } from './support.ts';
