export type {
  ArgReduceKind,
  Backend,
  BackendInfo,
  BinaryKind,
  CompareKind,
  MatMulOptions,
  Operand,
  ReduceKind,
  UnaryKind,
} from './backend.ts';
export { checkIsBackend } from './check-backend.ts';
export { checkIsDevice } from './check-device.ts';
export { checkGiven, given } from './check-given.ts';
export { checkTensors } from './check-tensors.ts';
export { crc32 } from './crc32.ts';
export { Device, type DeviceOptions, type Guard, type Recorder } from './device.ts';
export {
  bytesPerElement,
  createDataArray,
  type DataArray,
  type DataArrays,
  type DType,
  dtypeOf,
  dtypes,
  type FloatDType,
  flushSubnormal,
  isFloat,
  smallestNormal,
} from './dtype.ts';
export {
  BackendError,
  DeviceError,
  DisposedError,
  DTypeError,
  FormatError,
  IndexError,
  OptionError,
  type Problem,
  refuse,
  ShapeError,
  SluiceError,
  UnsupportedError,
} from './errors.ts';
export { maximumOf, minimumOf } from './extremes.ts';
export { kindOf } from './kind-of.ts';
export { checkLengths, type Lengths } from './lengths.ts';
export { checkLimit } from './limit.ts';
export { aroundAxis, broadcastStrides, forEachIndex, mergeAxes, type Nest, reducedRuns } from './loops.ts';
export { nextTask } from './next-task.ts';
export {
  type AdamOperands,
  type AdamResults,
  type AdamStep,
  type OptimizerKernels,
  readAdamStep,
} from './optimizer.ts';
export { type Complete, type Defaults, partOf, readOptions, required, type WithDefaults } from './options.ts';
export type { AbortSignalLike, URLLike } from './platform.ts';
export { type PublicNames, publicNames, withPublicNames } from './public-names.ts';
export { quote, visible } from './quote.ts';
export { Random, type RandomState } from './random.ts';
export type { RandomKernels } from './random-kernels.ts';
export type {
  FusedCell,
  FusedGRU,
  FusedLSTM,
  FusedProjectedLSTM,
  FusedRNN,
  InferenceInputs,
  RecurrentKernels,
  SequenceGradients,
  SequenceInputs,
  SequenceOptions,
  SequenceOutputs,
} from './recurrent.ts';
export { isKnownCell } from './recurrent.ts';
export {
  broadcastShapes,
  checkShape,
  formatShape,
  hasShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from './shape.ts';
export { CompensatedSum, meanOf, RootMeanSquare, RunningMean } from './sums.ts';
export { checkFunction, checkSynchronous } from './synchronous.ts';
export { checkTensor, type Like, Parameter, Tensor } from './tensor.ts';
export {
  checkValue,
  type NestedArray,
  type TensorData,
  type TensorDataOptions,
  type TensorLike,
} from './tensor-data.ts';
export { tensorsIn } from './tensors-in.ts';
