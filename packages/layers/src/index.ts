export type { Lengths } from '@sluice/core';
export { CRF, type CRFInput, type CRFOptions, type CRFScores } from './crf/crf.ts';
export { Dropout, type DropoutOptions } from './dropout.ts';
export { Embedding, type EmbeddingOptions } from './embedding.ts';
export {
  constant,
  type Initializer,
  kaimingNormal,
  kaimingUniform,
  normal,
  orthogonal,
  uniform,
  xavierNormal,
  xavierUniform,
  zeros,
} from './initializers.ts';
export { LayerNorm, type LayerNormModuleOptions } from './layer-norm.ts';
export { Linear, type LinearOptions } from './linear.ts';
export { Module, type Signature } from './module.ts';
export {
  type Activations,
  type CellState,
  type FusedForm,
  type Prepared,
  RecurrentCell,
  type StateSizes,
} from './recurrent/cell.ts';
export {
  checkFused,
  type FusedCheck,
  type FusedCheckOptions,
  FusedKernelError,
} from './recurrent/check-fused.ts';
export { checkErrorCarousel, ErrorCarouselError, type ErrorCarouselOptions } from './recurrent/error-carousel.ts';
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions } from './recurrent/gru.ts';

export type { Inspection } from './recurrent/inspect.ts';
export { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions, type LSTMState } from './recurrent/lstm.ts';
export type { MergeMode, RecurrentOptions } from './recurrent/options.ts';
export type { PackedCellOptions, PackedLayerOptions } from './recurrent/packed.ts';
export { detachState, Recurrent, type RecurrentInput, type RecurrentResult } from './recurrent/recurrent.ts';
export { type Nonlinearity, RNN, RNNCell, type RNNCellOptions, type RNNOptions } from './recurrent/rnn.ts';
