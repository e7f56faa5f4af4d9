export { type CheckGradientsOptions, checkGradients, GradientError } from './check-gradients.ts';
export type { CheckedInput } from './checked-inputs.ts';
export { checkpoint } from './checkpoint.ts';
export { defineOp, type Op, type OpDefinition, type OpOutput } from './define-op.ts';
export * from './ops/index.ts';
export { isTracked, type Thunk } from './tape.ts';
export { activeLabel, type OperationEvent, observeOperations, withLabel } from './trace.ts';
export { type GradientsOf, grad, type Targets, type ValueAndGradients, valueAndGrad } from './value-and-grad.ts';
