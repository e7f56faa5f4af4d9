export {
  type ClippedGradients,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  type Gradients,
  globalNorm,
} from './clip.ts';
export type { BestState, ValidationState } from './fit/best.ts';
export { type EventLog, logged } from './fit/event-log.ts';
export type {
  CheckpointEvent,
  EpochEvent,
  FitEvent,
  SkippedEvent,
  StepEvent,
  StoppedEvent,
  StopReason,
  ValidationEvent,
} from './fit/events.ts';
export { fit } from './fit/fit.ts';
export { type NonFiniteDetails, NonFiniteError } from './fit/non-finite.ts';
export type {
  AverageWeightsOptions,
  CheckpointOptions,
  ClipOption,
  EarlyStoppingOptions,
  FitOptions,
  LossFunction,
  LossResult,
  ValidateOptions,
} from './fit/options.ts';
export type { ProgressState } from './fit/progress.ts';
export type { Json } from './json.ts';
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './losses/binary-cross-entropy.ts';
export { type CRFLossOptions, crfLoss } from './losses/crf.ts';
export { type CrossEntropyOptions, crossEntropy } from './losses/cross-entropy.ts';
export { type CTCLossOptions, ctcLoss } from './losses/ctc.ts';
export { type GaussianOptions, gaussianNegativeLogLikelihood } from './losses/gaussian.ts';
export { quantileLoss } from './losses/quantile.ts';
export { type HuberOptions, huber, meanAbsoluteError, meanSquaredError } from './losses/regression.ts';
export type { LossOptions, Reduction } from './losses/support.ts';
export { type AccuracyOptions, accuracy } from './metrics.ts';
export { Adam, type AdamOptions, AdamW } from './optimizers/adam.ts';
export { Optimizer, type OptimizerState } from './optimizers/optimizer.ts';
export { RMSprop, type RMSpropOptions } from './optimizers/rms-prop.ts';
export { SGD, type SGDOptions } from './optimizers/sgd.ts';
export { ReduceOnPlateau, type ReduceOnPlateauOptions, type StatefulSchedule } from './schedules/plateau.ts';
export {
  type CosineRestartsOptions,
  cosineRestarts,
  type ExponentialDecayOptions,
  exponentialDecay,
  type LinearWarmUpOptions,
  linearWarmUp,
  type OneCycleOptions,
  oneCycle,
  type Schedule,
  type StepDecayOptions,
  stepDecay,
} from './schedules/schedules.ts';
export { decodeTraining, type EncodedTraining, encodeTraining } from './state/encode.ts';
export type { TrainingState } from './state/training-state.ts';
export type { FlatTree } from './state/tree.ts';
