import type { Device } from './device.ts';
import type { DataArray, DType } from './dtype.ts';
import { DeviceError, DisposedError, DTypeError, OptionError, refuse, ShapeError } from './errors.ts';
import { kindOf } from './kind-of.ts';
import { formatShape, hasShape, type Shape, sameShape, sizeOf } from './shape.ts';
import { checkAlive, type DeviceStorage } from './storage.ts';

/**
 * A handle to an array on a device: shape, dtype and storage. It has no arithmetic of its own; operations are functions
 * (`add(x, y)`). The elements never change, unless the tensor is a `Parameter`.
 */
export class Tensor {
  readonly device: Device;
  readonly shape: Shape;
  readonly dtype: DType;
  /** @internal */
  storage: DeviceStorage;

  /** @internal Use `device.tensor`, or an operation. */
  constructor(device: Device, shape: Shape, dtype: DType, storage: DeviceStorage) {
    this.device = device;
    this.shape = shape;
    this.dtype = dtype;
    this.storage = storage;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  get disposed(): boolean {
    return this.storage.disposed;
  }

  /** A copy of the elements on the host, row-major. Waits for the work that makes them. */
  async data(): Promise<DataArray> {
    checkAlive('data', this);
    if (this.device.disposed) throw new DisposedError('data: the device was disposed');
    return this.device.backend.download({ storage: this.storage.handle, shape: this.shape, dtype: this.dtype });
  }

  /**
   * The only element, as a number (a bool as 0 or 1).
   * @throws ShapeError unless the tensor has exactly one element.
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError({
        operation: 'item',
        argument: 'tensor',
        got: hasShape(this),
        expected: 'exactly one element',
      });
    }
    return (await this.data())[0]!;
  }

  /** Frees the storage, also for tensors that are reshapes of this one. Doing it again does nothing. */
  dispose(): void {
    this.device.free(this.storage);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `Tensor(${this.dtype} ${formatShape(this.shape)}${this.disposed ? ', disposed' : ''})`;
  }
}

/**
 * A tensor whose elements can be replaced: what layers own and optimizers update. No scope frees it; `dispose` does.
 */
export class Parameter extends Tensor {
  /**
   * Takes over the storage of `value`, which must belong to nothing else afterwards.
   * @throws OptionError when it belongs to another parameter; DisposedError when it was freed.
   */
  constructor(value: Tensor) {
    checkTensor('Parameter', 'value', value);
    checkFree('Parameter', value);
    super(value.device, value.shape, value.dtype, value.storage);
    this.#own();
  }

  /**
   * Replaces the elements by those of `value`, takes over its storage and frees the old one.
   * @throws ShapeError, DTypeError, DeviceError when `value` is of another shape, dtype or device.
   * @throws DisposedError when either of the two was freed.
   * @throws OptionError when `value` belongs to another parameter, and inside `valueAndGrad`: a gradient would be computed
   * from elements that the forward pass never saw.
   */
  assign(value: Tensor): void {
    Parameter.assignAll([[this, value]]);
  }

  /**
   * Assigns to several parameters, or to none of them: all is checked before the first changes.
   * @throws what `assign` throws
   */
  static assignAll(changes: readonly (readonly [parameter: Parameter, value: Tensor])[]): void {
    const taken = new Set<DeviceStorage>();
    for (const [parameter, value] of changes) {
      parameter.#check(value);
      if (value.storage === parameter.storage) continue;
      checkFree('assign', value, taken);
      taken.add(value.storage);
    }
    for (const [parameter, value] of changes) parameter.#take(value);
  }

  #check(value: Tensor): void {
    const operation = 'assign';
    checkAlive(operation, this);
    checkTensor(operation, 'value', value, this);
    if (this.device.recorders.length > 0) {
      throw new OptionError('assign: a parameter cannot change while valueAndGrad is recording');
    }
  }

  #take(value: Tensor): void {
    if (value.storage === this.storage) return;
    this.device.free(this.storage);
    this.storage = value.storage;
    this.#own();
  }

  #own(): void {
    this.storage.owned = true;
    this.device.keep(this);
  }

  override toString(): string {
    return `Parameter(${this.dtype} ${formatShape(this.shape)}${this.disposed ? ', disposed' : ''})`;
  }
}

/** What a tensor must have, as far as it is given. */
export interface Like {
  readonly device?: Device | undefined;
  readonly dtype?: DType | undefined;
  readonly shape?: Shape | undefined;
}

/**
 * For what is handed in, so that the error names what the user called and its argument.
 * @param like what the tensor must have, as far as it is given
 * @throws OptionError unless `x` is a tensor; DisposedError when it was freed; DeviceError, DTypeError or ShapeError when it is not like that
 */
export function checkTensor(operation: string, argument: string, x: Tensor, { device, dtype, shape }: Like = {}): void {
  if (!(x instanceof Tensor)) refuse(OptionError, operation, argument, `is ${kindOf(x)}`, 'a tensor');
  checkAlive(operation, x);
  if (device && x.device !== device) {
    refuse(
      DeviceError,
      operation,
      argument,
      `is on another device (${x.device.backend.name})`,
      `one device for all (${device.backend.name})`,
    );
  }
  if (dtype && x.dtype !== dtype) refuse(DTypeError, operation, argument, `has dtype ${x.dtype}`, dtype);
  if (shape && !sameShape(x.shape, shape)) {
    refuse(ShapeError, operation, argument, hasShape(x), formatShape(shape));
  }
}

/** @throws OptionError when the storage is that of a parameter, or about to be: it would be freed under the one or the other. */
function checkFree(operation: string, value: Tensor, taken?: ReadonlySet<DeviceStorage>): void {
  if (!value.storage.owned && !taken?.has(value.storage)) return;
  const got = 'belongs to another parameter';
  throw new OptionError({ operation, argument: 'value', got, expected: 'a tensor with a storage of its own' });
}
