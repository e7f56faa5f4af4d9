import type { Backend, Operand } from './backend.ts';
import { checkIsBackend } from './check-backend.ts';
import { bytesPerElement, type DType, type FloatDType, isFloat } from './dtype.ts';
import { DisposedError, OptionError, refuse, ShapeError, UnsupportedError } from './errors.ts';
import { readOptions } from './options.ts';
import { Random } from './random.ts';
import { checkShape, formatShape, hasShape, type Shape, sizeOf } from './shape.ts';
import type { DeviceStorage, Scope } from './storage.ts';
import { checkFunction, checkSynchronous } from './synchronous.ts';
import { checkTensor, Tensor } from './tensor.ts';
import { checkKnown, checkValue, type TensorDataOptions, type TensorLike, toTensorData } from './tensor-data.ts';
import { tensorsIn } from './tensors-in.ts';

/** @internal A gradient tape, or the pause of all tapes around it. */
export interface Recorder {
  /** Whether a later backward pass reads what scopes would free now. */
  readonly keepsIntermediates: boolean;
  /**
   * Runs `compute` and returns the gradients of `targets` from those of its outputs, in operations that are recorded too. A tape has it, so that an operation
   * can ask for gradients of others without a dependency of every program on taking gradients.
   */
  pullBack?(
    compute: () => readonly Tensor[],
    gradients: readonly Tensor[],
    targets: readonly Tensor[],
  ): readonly Tensor[];
}

export interface DeviceOptions {
  /** Type of new float tensors and of layers' parameters. Default `float32`. */
  readonly dtype?: FloatDType | undefined;
  /** Seed of `device.random`, a whole number from 0 to 2^53 - 1. Default 0: every run is repeatable. */
  readonly seed?: number | undefined;
  /**
   * Whether recurrent layers and optimizers run the backend's fused kernels where it has them. Default true; false composes every step from
   * operations, with results that differ by rounding alone.
   */
  readonly fused?: boolean | undefined;
}

/** Asked before memory is taken for an array, in an operation of this name; throws what `attempt` is to end with. */
export type Guard = (operation: string, shape: Shape, bytes: number) => void;

/** Positions in an array are 32-bit numbers in indices, in `argMax` and in many backends. */
const mostElements = 2 ** 31 - 1;

/**
 * Where tensors live: a backend, the scopes that free its storages, and a stream of random numbers that initialisers and
 * dropout draw from.
 */
export class Device {
  readonly backend: Backend;
  /** Type of new float tensors and of layers' parameters. */
  readonly dtype: FloatDType;
  /** Drawn from by initialisers and dropout. Save and restore its `state` to repeat a run. */
  readonly random: Random;
  /** Whether recurrent layers and optimizers run the backend's fused kernels where it has them. */
  readonly fused: boolean;
  /** @internal What listens to operations, innermost last. */
  readonly recorders: Recorder[] = [];
  readonly #scopes: Scope[] = [];
  /** The storages made in the outermost attempt that runs. */
  #made: DeviceStorage[] | undefined;
  #guard: Guard | undefined;
  #live = 0;
  #liveBytes = 0;
  #disposed = false;

  /**
   * @example
   * const device = new Device(createJsBackend(), { seed: 1 });
   * @throws OptionError for a dtype that is no float or a seed that is not whole, and for a backend that is none, such as a promise of one;
   *   UnsupportedError when the backend has not the dtype.
   */
  constructor(backend: Backend, options?: DeviceOptions) {
    const { dtype, seed, fused } = readOptions('Device', options, { dtype: 'float32', seed: 0, fused: true });
    checkIsBackend('Device', backend);
    this.backend = backend;
    this.dtype = dtype;
    this.random = new Random(seed);
    this.fused = fused;
    if (!isFloat(this.dtype)) {
      refuse(OptionError, 'Device', 'dtype', `is ${String(this.dtype)}`, 'float32 or float64');
    }
    this.#checkSupport('Device', this.dtype);
  }

  /** Storages that are allocated and not freed. Unchanged over a piece of code that leaks nothing. */
  get live(): number {
    return this.#live;
  }

  /** Bytes in the live storages. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * A tensor from numbers, booleans, nested arrays, a typed array or host data. Floats become the device's float type unless `dtype` says otherwise; host
   * data keep their own.
   * @example
   * device.tensor([[1, 2], [3, 4]]);                               // [2, 2] of the device's float dtype
   * device.tensor(new Int32Array([4, 0, 2]));                      // [3] int32
   * device.tensor(samples, { shape: [batch, time, 1] });
   * @throws ShapeError when rows are ragged or the shape does not fit; DTypeError when a value does not fit the dtype.
   */
  tensor(value: TensorLike, options?: TensorDataOptions): Tensor {
    const { data, dtype, shape } = toTensorData('tensor', value, options, this.dtype);
    return this.execute('tensor', [], shape, dtype, (backend) => backend.upload(data, dtype));
  }

  /**
   * A tensor of `shape` full of `value`; dtype defaults to the device's.
   * @throws ShapeError for a size that is not whole; DTypeError when the dtype cannot hold the value.
   */
  full(shape: Shape, value: number, dtype: DType = this.dtype): Tensor {
    return this.#full('full', shape, value, dtype);
  }

  /** A tensor of zeros (false for bool); dtype defaults to the device's. */
  zeros(shape: Shape, dtype: DType = this.dtype): Tensor {
    return this.#full('zeros', shape, 0, dtype);
  }

  /** A tensor of ones (true for bool); dtype defaults to the device's. */
  ones(shape: Shape, dtype: DType = this.dtype): Tensor {
    return this.#full('ones', shape, 1, dtype);
  }

  /**
   * Runs `work` and frees every storage made inside, but those of the tensors in its result (in arrays, plain objects, maps
   * and sets at any depth), which pass to the enclosing scope.
   *
   * Inside `valueAndGrad` the backward pass still needs them, so they are freed when that ends.
   * `work` must be synchronous: another task could run between its parts and its tensors would land in this scope.
   * @example
   * const norm = device.scope(() => sqrt(sum(multiply(x, x))));   // the square is freed
   */
  scope<R>(work: () => R extends PromiseLike<unknown> ? never : R): R {
    checkFunction('scope', 'callback', work);
    const scope: Scope = { storages: [] };
    this.#scopes.push(scope);
    let result: R | undefined;
    try {
      result = work();
      checkSynchronous('scope', 'callback', result);
      return result;
    } finally {
      this.#scopes.pop();
      const parent = this.#scopes.at(-1) ?? null;
      for (const tensor of tensorsIn(result)) {
        if (tensor.storage.scope === scope) this.#adopt(tensor.storage, parent);
      }
      const keep = this.recorders.at(-1)?.keepsIntermediates === true;
      for (const storage of scope.storages) {
        if (storage.scope !== scope) continue;
        if (keep) this.#adopt(storage, parent);
        else this.free(storage);
      }
    }
  }

  /**
   * Runs `work`, which makes what outlives scopes, such as the layers of a model. When it throws, all that was made inside is freed, parameters
   * too; else nothing is.
   * @example
   * const layers = device.attempt(() => [10, 20].map((inputSize) => new LSTM(device, { inputSize, hiddenSize: 8 })));
   * @param guard for models whose weights are there already: parameters are made of zeros, and it may refuse them. Default that of an attempt around
   * this one
   * @throws the errors of `work` and of the guard; OptionError when `work` returns a promise
   */
  attempt<R>(work: () => R extends PromiseLike<unknown> ? never : R, guard = this.#guard): R {
    const [outer, outerGuard] = [this.#made, this.#guard];
    const made = outer ?? [];
    const begin = made.length;
    this.#made = made;
    this.#guard = guard;
    try {
      const result: R = work();
      checkSynchronous('attempt', 'callback', result);
      return result;
    } catch (error) {
      for (const storage of made.splice(begin)) this.free(storage);
      throw error;
    } finally {
      this.#made = outer;
      this.#guard = outerGuard;
    }
  }

  /** @internal Whether an attempt with a guard runs, whose parameters are given their elements later. */
  get guarded(): boolean {
    return this.#guard !== undefined;
  }

  /** Takes the tensors inside `value` out of all scopes: they live until `dispose()`. Returns `value`. */
  keep<T>(value: T): T {
    for (const tensor of tensorsIn(value)) tensor.storage.scope = null;
    return value;
  }

  /**
   * Runs one kernel on checked operands and wraps its result. For authors of operations: shapes and dtypes are theirs to check; this checks
   * that the inputs are alive, on this device, and that the backend knows the dtype.
   *
   * @param shape shape of the result
   * @param dtype dtype of the result
   * @throws DisposedError, DeviceError or UnsupportedError; ShapeError for more than 2^31 - 1 elements.
   */
  execute(
    operation: string,
    inputs: readonly Tensor[],
    shape: Shape,
    dtype: DType,
    kernel: (backend: Backend, operands: Operand<unknown>[]) => unknown,
  ): Tensor {
    const operands = inputs.map((tensor) => this.operand(operation, tensor));
    this.#checkUsable(operation);
    this.#checkSupport(operation, dtype);
    const size = sizeOf(shape);
    if (size > mostElements) {
      refuse(ShapeError, operation, 'result', `has shape ${formatShape(shape)}`, 'at most 2^31 - 1 elements');
    }
    const bytes = size * bytesPerElement(dtype);
    this.#guard?.(operation, shape, bytes);
    const storage: DeviceStorage = {
      handle: kernel(this.backend, operands),
      bytes,
      scope: null,
      owned: false,
      disposed: false,
    };
    this.#live++;
    this.#liveBytes += bytes;
    this.#made?.push(storage);
    this.#adopt(storage, this.#scopes.at(-1) ?? null);
    return new Tensor(this, shape, dtype, storage);
  }

  /**
   * Another tensor on the storage of `x`, with a shape of the same size.
   * @throws ShapeError when the sizes differ.
   */
  view(operation: string, x: Tensor, shape: Shape): Tensor {
    this.operand(operation, x);
    this.#checkUsable(operation);
    checkShape(operation, shape);
    if (sizeOf(shape) !== x.size) {
      refuse(ShapeError, operation, 'x', hasShape(x), `${sizeOf(shape)} elements, for shape ${formatShape(shape)}`);
    }
    return new Tensor(this, shape, x.dtype, x.storage);
  }

  /** @internal Whether the innermost scope would free this tensor. */
  owns(tensor: Tensor): boolean {
    const scope = this.#scopes.at(-1);
    return scope !== undefined && tensor.storage.scope === scope;
  }

  /** @internal Frees a storage once. */
  free(storage: DeviceStorage): void {
    if (storage.disposed) return;
    storage.disposed = true;
    this.#live--;
    this.#liveBytes -= storage.bytes;
    if (!this.#disposed) this.backend.free(storage.handle);
  }

  /** Ends the use of the device and its backend. Tensors that still live cannot be used afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.backend.dispose?.();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * @internal What kernels read of a tensor.
   * @throws DeviceError for one of another device; DisposedError for one that was freed
   */
  operand(operation: string, tensor: Tensor): Operand<unknown> {
    checkTensor(operation, 'an operand', tensor, { device: this });
    return { storage: tensor.storage.handle, shape: tensor.shape, dtype: tensor.dtype };
  }

  #full(operation: string, shape: Shape, value: number, dtype: DType): Tensor {
    checkShape(operation, shape);
    checkValue(operation, 'value', value, dtype);
    return this.execute(operation, [], shape, dtype, (backend) => backend.fill(sizeOf(shape), value, dtype));
  }

  #adopt(storage: DeviceStorage, scope: Scope | null): void {
    storage.scope = scope;
    scope?.storages.push(storage);
  }

  #checkUsable(operation: string): void {
    if (this.#disposed) throw new DisposedError(`${operation}: the device was disposed`);
  }

  #checkSupport(operation: string, dtype: DType): void {
    checkKnown(operation, dtype);
    if (!this.backend.supports(dtype)) {
      throw new UnsupportedError(`${operation}: backend ${this.backend.name} has no ${dtype}`);
    }
  }
}
