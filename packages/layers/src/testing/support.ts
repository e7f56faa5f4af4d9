import { add, GradientError, multiply, sum, valueAndGrad } from '@sluice/autograd';
import {
  type Backend,
  type DataArray,
  Device,
  type FloatDType,
  Parameter,
  Random,
  type Shape,
  sizeOf,
  Tensor,
  tensorsIn,
} from '@sluice/core';

/** A device for one test, and what the test owns on it. */
export class Workbench {
  readonly device: Device;
  readonly #owned: Disposable[] = [];

  constructor(backend: Backend, dtype: FloatDType = 'float64') {
    this.device = new Device(backend, { dtype, seed: 7 });
  }

  /** Disposes of it at the end. */
  own<T extends Disposable>(value: T): T {
    this.#owned.push(value);
    return value;
  }

  /** A tensor of normal numbers. */
  normal(shape: Shape, deviation = 1): Tensor {
    return this.tensor(this.device.random.normal(sizeOf(shape), 0, deviation), shape);
  }

  tensor(data: readonly number[] | Float64Array, shape: Shape): Tensor {
    return this.own(this.device.tensor(data, { shape, dtype: this.device.dtype }));
  }

  /** Normal numbers in a parameter, which `checkDerivatives` can vary. */
  parameter(shape: Shape, deviation = 1): Parameter {
    return new Parameter(this.normal(shape, deviation));
  }

  int(data: readonly number[], shape: Shape = [data.length]): Tensor {
    return this.own(this.device.tensor(data, { shape, dtype: 'int32' }));
  }

  /** The elements of all tensors inside a value, by place; the tensors are disposed of. */
  async read<T>(value: T): Promise<Read<T>> {
    const tensors = new Set(tensorsIn(value));
    const data = new Map<Tensor, DataArray>();
    for (const tensor of tensors) data.set(tensor, await tensor.data());
    for (const tensor of tensors) tensor.dispose();
    const replace = (entry: unknown): unknown => {
      if (entry instanceof Tensor) return data.get(entry);
      if (entry instanceof Map) return new Map([...entry].map(([key, inner]) => [key, replace(inner)]));
      if (Array.isArray(entry)) return entry.map(replace);
      if (typeof entry !== 'object' || entry === null) return entry;
      return Object.fromEntries(Object.entries(entry).map(([key, inner]) => [key, replace(inner)]));
    };
    return replace(value) as Read<T>;
  }

  /** Frees everything owned; returns how much is left that nobody owns. */
  finish(): number {
    for (const value of this.#owned) value[Symbol.dispose]();
    return this.device.live;
  }
}

type Read<T> = T extends Tensor
  ? DataArray
  : T extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Read<Value>>
    : { [Key in keyof T]: Read<T[Key]> };

/** Name and message of the error that `work` throws. */
export function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return `${(error as Error).name} ${(error as Error).message}`;
  }
  return 'none';
}

/** Largest difference between two lists of numbers; NaN if they do not compare. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.NaN;
  return Array.from(a).reduce((worst, value, i) => {
    const difference = Math.abs(value - b[i]!);
    return difference <= worst ? worst : difference;
  }, 0);
}

/** A scalar that all elements of all tensors have their own part in. */
export function weigh(tensors: unknown): Tensor {
  const terms = tensorsIn(tensors).map((tensor, k) => {
    const weights = Float64Array.from({ length: tensor.size }, (_, i) => Math.cos(1 + 3 * k + i));
    return sum(multiply(tensor, tensor.device.tensor(weights, { shape: tensor.shape, dtype: tensor.dtype })));
  });
  return terms.reduce((a, b) => add(a, b));
}

/**
 * Compares gradients with central differences, in a random direction for each target.
 * @throws GradientError naming the target
 */
export async function checkDerivatives(compute: () => Tensor, targets: ReadonlyMap<string, Parameter>): Promise<void> {
  const random = new Random(3);
  const { value, gradients } = valueAndGrad(compute, targets);
  value.dispose();
  for (const [name, target] of targets) {
    const gradient = gradients.get(name) as Tensor;
    const direction = random.normal(target.size);
    const actual = Array.from(await gradient.data()).reduce((sum, value, i) => sum + value * direction[i]!, 0);
    gradient.dispose();
    const quotient = await slope(compute, target, direction);
    const error = Math.abs(actual - quotient) / Math.max(1, Math.abs(actual), Math.abs(quotient));
    if (!(error <= 1e-6)) {
      throw new GradientError(`${name}: derivative ${actual}, difference quotient ${quotient}`);
    }
  }
}

/** The derivative of a function when a parameter moves in a direction. */
async function slope(compute: () => Tensor, target: Parameter, direction: Float64Array): Promise<number> {
  const step = 1e-5;
  const { device, shape } = target;
  const origin = Float64Array.from(await target.data());
  const move = (distance: number) =>
    target.assign(
      device.tensor(
        origin.map((value, i) => value + distance * direction[i]!),
        { shape },
      ),
    );
  const evaluate = async (distance: number) => {
    move(distance);
    using result = device.scope(compute);
    return await result.item();
  };
  const difference = (await evaluate(step)) - (await evaluate(-step));
  move(0);
  return difference / (2 * step);
}
