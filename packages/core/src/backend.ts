import type { DataArray, DType } from './dtype.ts';
import type { OptimizerKernels } from './optimizer.ts';
import type { RandomKernels } from './random-kernels.ts';
import type { RecurrentKernels } from './recurrent.ts';
import type { Shape } from './shape.ts';

/**
 * Elementwise functions of one operand. `negate` and `abs` also take int32 (they wrap), `sign` too; all others are for
 * floats. NaN gives NaN everywhere. `sign(0)` is 0; `round` rounds halves to even; `softplus(x)` is ln(1 + e^x) without
 * overflow; `erf` is the Gauss error function, exact to a few units in the last place.
 */
export type UnaryKind =
  | 'negate'
  | 'abs'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sqrt'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'softplus'
  | 'erf';

/**
 * Elementwise arithmetic of two operands of one dtype, float or int32. int32 wraps modulo 2^32; its division truncates
 * towards zero and gives 0 for a divisor of 0; `power` is for floats and follows JavaScript's `**`. `minimum` and `maximum`
 * give NaN when either is NaN.
 */
export type BinaryKind = 'add' | 'subtract' | 'multiply' | 'divide' | 'power' | 'minimum' | 'maximum';

/** Elementwise comparisons of two operands of one dtype; the result is bool. NaN is unequal to all, itself included. */
export type CompareKind = 'equal' | 'notEqual' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual';

/** Reductions of floats and int32 (sums wrap). The sum of nothing is 0; `max` and `min` meet at least one element and give NaN when any is NaN. */
export type ReduceKind = 'sum' | 'max' | 'min';

/** Index of the first largest or smallest element; a NaN counts as the largest and as the smallest. */
export type ArgReduceKind = 'argMax' | 'argMin';

export interface MatMulOptions {
  /** Read `a` as [..., K, M]. */
  readonly transposeA: boolean;
  /** Read `b` as [..., N, K]. */
  readonly transposeB: boolean;
}

/** One argument of a kernel: a storage of the backend and how to read it. */
export interface Operand<S> {
  readonly storage: S;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a backend tells of itself, for people and for tests: versions, modes, devices. */
export type BackendInfo = Readonly<Record<string, string | number | boolean>>;

/**
 * The contract between the library and a machine that computes.
 *
 * `S` is whatever the backend stores an array in. Arrays are contiguous and row-major. Every kernel returns a new storage
 * that aliases none of its operands and leaves them as they were. Kernel calls are synchronous and mean "enqueue";
 * `download` alone waits. A kernel may assume valid operands: shapes, dtypes and axes are checked by the operations
 * above. Sizes may be 0, and no array has more than 2^31 - 1 elements. The sign of a zero that a kernel computes is not
 * specified. A backend may keep a float below the smallest normal number of its type (`smallestNormal`) or store zero in its place, in uploads too; fused kernels may drop a
 * gradient that has come below 2^-116 on its way through time. Index values are data, so only the backend sees them: `gather` and `scatterAdd` throw `IndexError` at the call,
 * or, where calls are enqueued, reject the next `download` with it: passed through the `publicNames()` of the call, so that it tells of what the
 * user gave.
 */
export interface Backend<S = unknown> {
  /** Short name, e.g. `js`. */
  readonly name: string;
  readonly info: BackendInfo;

  /** Whether tensors of this type can be made. float32, int32 and bool are required. */
  supports(dtype: DType): boolean;

  /** Copies host data in; the array is of the dtype's own type, and bytes of a bool are 0 or 1. */
  upload(data: DataArray, dtype: DType): S;
  /** Copies the elements out, after all work enqueued before. */
  download(x: Operand<S>): Promise<DataArray>;
  /** Gives the storage back, after the work enqueued before that reads it. */
  free(storage: S): void;

  /** `size` elements of `value`, which the dtype can hold. */
  fill(size: number, value: number, dtype: DType): S;
  /**
   * Converts elements. To bool: anything but 0 is true, NaN too. Float to int32 truncates towards zero, saturates at the ends of the
   * range and gives 0 for NaN.
   */
  cast(x: Operand<S>, dtype: DType): S;

  unary(kind: UnaryKind, x: Operand<S>): S;
  /** Broadcasts `a` and `b` to `shape`. */
  binary(kind: BinaryKind, a: Operand<S>, b: Operand<S>, shape: Shape): S;
  /** Broadcasts `a` and `b` to `shape`; the result is bool. */
  compare(kind: CompareKind, a: Operand<S>, b: Operand<S>, shape: Shape): S;
  /** `condition ? a : b`, all three broadcast to `shape`; `condition` is bool. */
  select(condition: Operand<S>, a: Operand<S>, b: Operand<S>, shape: Shape): S;

  /** Reduces over `axes` (sorted, distinct; none of them copies). */
  reduce(kind: ReduceKind, x: Operand<S>, axes: readonly number[]): S;
  /** int32 positions along `axis`. */
  argReduce(kind: ArgReduceKind, x: Operand<S>, axis: number): S;
  /** Inclusive running sum along `axis`; from the end when `reverse`. */
  cumulativeSum(x: Operand<S>, axis: number, reverse: boolean): S;
  /** [..., M, K] times [..., K, N] for floats; leading axes broadcast. K = 0 gives zeros. */
  matMul(a: Operand<S>, b: Operand<S>, options: MatMulOptions): S;

  /** Elements `starts + i * steps` for i below `sizes`, per axis. A step may be negative, never 0. */
  slice(x: Operand<S>, starts: readonly number[], sizes: readonly number[], steps: readonly number[]): S;
  /** The adjoint of `slice`: an array of `shape` full of `value` with `x` written at `starts + i * steps`. */
  pad(x: Operand<S>, shape: Shape, starts: readonly number[], steps: readonly number[], value: number): S;
  /** Joins at least one array along `axis`. */
  concat(xs: readonly Operand<S>[], axis: number): S;
  /** Output axis i is input axis `permutation[i]`. */
  transpose(x: Operand<S>, permutation: readonly number[]): S;

  /** Replaces `axis` by the shape of the int32 `indices`: x [a, n, b], indices [i, j] -> [a, i, j, b]. */
  gather(x: Operand<S>, indices: Operand<S>, axis: number): S;
  /**
   * The adjoint of `gather`: sums `updates` [a, i, j, b] into zeros [a, size, b] at `indices` [i, j]; `axis` counts in the result.
   * Repeated indices add up.
   */
  scatterAdd(updates: Operand<S>, indices: Operand<S>, axis: number, size: number): S;

  /** Fused kernels for recurrent layers. */
  readonly recurrent?: RecurrentKernels<S> | undefined;
  /** Fused kernels for optimizers. */
  readonly optimizer?: OptimizerKernels<S> | undefined;
  /** Random numbers that are drawn on the device. */
  readonly random?: RandomKernels<S> | undefined;

  /** Ends the use of the backend and releases all it holds: storages, threads, contexts, pools. Nothing is called afterwards. */
  dispose?(): void;
}
