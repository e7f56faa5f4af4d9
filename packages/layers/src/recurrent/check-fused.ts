import { add, multiply, sum, valueAndGrad } from '@sluice/autograd';
import {
  type Backend,
  checkIsBackend,
  Device,
  type FloatDType,
  type FusedCell,
  OptionError,
  Random,
  readOptions,
  refuse,
  SluiceError,
  sizeOf,
  type Tensor,
  tensorsIn,
  UnsupportedError,
} from '@sluice/core';
import type { CellState } from './cell.ts';
import { GRU } from './gru.ts';
import { LSTM } from './lstm.ts';
import type { PackedLayer, PackedLayerOptions } from './packed.ts';
import { RNN } from './rnn.ts';

/** A fused kernel computes something else than the steps that it stands for. */
export class FusedKernelError extends SluiceError {
  override readonly name: string = 'FusedKernelError';
}

export interface FusedCheckOptions {
  /** Networks of random shapes and options per cell that the backend supports; at least 1. Default 40. */
  readonly runs?: number | undefined;
  /** Of shapes, options and numbers. Default 1. */
  readonly seed?: number | undefined;
  /** Default float32. */
  readonly dtype?: FloatDType | undefined;
  /** Largest accepted |fused - composed| / max(1, |composed|). Default 1e-4, and 1e-10 in float64. */
  readonly tolerance?: number | undefined;
}

export interface FusedCheck {
  /** The cells that were compared, e.g. `gru, resetAfter true`. */
  readonly cells: readonly string[];
  /** Outputs, states and gradients compared. */
  readonly compared: number;
  /** The largest difference. */
  readonly error: number;
}

type AnyLayer = PackedLayer<CellState>;

interface Kind {
  readonly name: string;
  readonly cell: (dtype: FloatDType, hiddenSize: number) => FusedCell;
  readonly make: (device: Device, options: PackedLayerOptions) => AnyLayer;
}

const asAny = (layer: unknown) => layer as AnyLayer;

// A function: a table that is computed as the module loads would be in every bundle.
const kindsOf = (): readonly Kind[] => [
  {
    name: 'lstm',
    cell: (dtype, hiddenSize) => ({ kind: 'lstm', dtype, hiddenSize }),
    make: (device, options) => asAny(new LSTM(device, options)),
  },
  {
    name: 'lstm, projected',
    cell: (dtype, hiddenSize) => ({ kind: 'projectedLstm', dtype, hiddenSize, projectionSize: 1 }),
    make: (device, options) => {
      // A layer demands a projection that is smaller than what it projects.
      const hiddenSize = Math.max(2, options.hiddenSize);
      return asAny(new LSTM(device, { ...options, hiddenSize, projectionSize: Math.ceil(hiddenSize / 3) }));
    },
  },
  ...[true, false].map(
    (resetAfter): Kind => ({
      name: `gru, resetAfter ${resetAfter}`,
      cell: (dtype, hiddenSize) => ({ kind: 'gru', dtype, hiddenSize, resetAfter }),
      make: (device, options) => asAny(new GRU(device, { ...options, resetAfter })),
    }),
  ),
  ...(['tanh', 'relu'] as const).map(
    (nonlinearity): Kind => ({
      name: `rnn, ${nonlinearity}`,
      cell: (dtype, hiddenSize) => ({ kind: 'rnn', dtype, hiddenSize, nonlinearity }),
      make: (device, options) => asAny(new RNN(device, { ...options, nonlinearity })),
    }),
  ),
];

/**
 * Compares a backend's fused kernels with the steps composed from operations on the same backend: outputs, final states and the gradients of all
 * parameters, the input and the initial states, over random shapes, lengths, directions and stacks. For testing backends, beside
 * `checkErrorCarousel`.
 * @example
 * await checkFused(await createWasmBackend());
 * @throws FusedKernelError naming the network and the worst number; UnsupportedError when the backend has no fused kernel for the dtype
 */
export async function checkFused(backend: Backend, options?: FusedCheckOptions): Promise<FusedCheck> {
  const defaults = { runs: 40, seed: 1, dtype: 'float32', tolerance: undefined } as const;
  const { runs, seed, dtype, ...given } = readOptions('checkFused', options, defaults);
  const tolerance = given.tolerance ?? (dtype === 'float32' ? 1e-4 : 1e-10);
  checkIsBackend('checkFused', backend);
  if (!Number.isInteger(runs) || runs < 1) {
    refuse(OptionError, 'checkFused', 'runs', `is ${runs}`, 'a whole number of at least 1');
  }
  const random = new Random(seed);
  const cells: string[] = [];
  let [compared, error] = [0, 0];
  for (const kind of kindsOf()) {
    if (!backend.recurrent?.supports(kind.cell(dtype, 4))) continue;
    cells.push(kind.name);
    for (let run = 0; run < runs; run++) {
      const network = draw(random, run);
      const [fused, composed] = [true, false].map((on) => new Device(backend, { dtype, seed, fused: on }));
      const [got, wanted] = [await evaluate(fused!, kind, network), await evaluate(composed!, kind, network)];
      for (const [name, values] of wanted) {
        const difference = largestDifference(got.get(name) ?? [], values);
        compared++;
        if (!(difference <= tolerance)) {
          const argument = `${name} of ${kind.name} ${JSON.stringify(network)}`;
          const problem = { operation: 'checkFused', argument, got: `is ${difference} off` };
          throw new FusedKernelError({ ...problem, expected: `at most ${tolerance}` });
        }
        error = Math.max(error, difference);
      }
    }
  }
  if (cells.length === 0) {
    throw new UnsupportedError(`checkFused: backend ${backend.name} has no fused kernels for ${dtype}`);
  }
  return { cells, compared, error };
}

interface Network {
  readonly time: number;
  readonly batch: number;
  readonly options: PackedLayerOptions;
  readonly lengths: readonly number[] | undefined;
  readonly withState: boolean;
}

/** The first runs are the smallest of each axis; the others hit no multiple of any tile in particular. */
function draw(random: Random, run: number): Network {
  const time = run % 4 === 0 ? 1 : random.integer(2, 9);
  const batch = run % 4 === 1 ? 1 : random.integer(2, 20);
  const hiddenSize = run % 4 === 2 ? 1 : random.integer(2, 40);
  const direction = random.integer(0, 3);
  return {
    time,
    batch,
    options: {
      inputSize: random.integer(1, 8),
      hiddenSize,
      layers: random.integer(1, 3),
      bias: random.integer(0, 4) > 0,
      ...(direction === 1 && { reverse: true }),
      ...(direction === 2 && { bidirectional: true }),
    },
    // One row at least has no step, where there are two.
    lengths:
      run % 3 === 0
        ? undefined
        : Array.from({ length: batch }, (_, row) => (row === 1 ? 0 : random.integer(0, time + 1))),
    withState: random.integer(0, 2) === 1,
  };
}

/** All numbers that come out, by name. */
async function evaluate(device: Device, kind: Kind, network: Network): Promise<Map<string, ArrayLike<number>>> {
  const { time, batch, options, lengths, withState } = network;
  const random = new Random(time * 1000 + batch);
  using layer = kind.make(device, options);
  const normal = (shape: readonly number[]) =>
    device.tensor(random.normal(sizeOf(shape)), { shape, dtype: device.dtype });
  const x = normal([time, batch, options.inputSize]);
  const states = Object.entries(layer.cells[0]!.stateSizes).map(
    ([name, size]) => [name, normal([layer.cells.length, batch, size])] as const,
  );
  const state = withState ? (Object.fromEntries(states) as unknown as CellState) : undefined;
  const targets = { ...Object.fromEntries(layer.parameters()), x, ...(withState && Object.fromEntries(states)) };
  const { value, gradients, auxiliary } = valueAndGrad(() => {
    const result = layer.call(x, { state, lengths });
    const terms = tensorsIn(result).map((tensor) => sum(multiply(tensor, normal(tensor.shape))));
    return { value: terms.reduce((a, b) => add(a, b)), auxiliary: result };
  }, targets);
  const { output, state: last } = auxiliary;
  const prefixed = (prefix: string, tensors: object) =>
    Object.entries(tensors).map(([name, tensor]: [string, Tensor]) => [prefix + name, tensor] as const);
  const tensors = [['output', output] as const, ...prefixed('last ', last), ...prefixed('gradient of ', gradients)];
  const numbers = new Map<string, ArrayLike<number>>();
  for (const [name, tensor] of tensors) {
    numbers.set(name, await tensor.data());
    tensor.dispose();
  }
  for (const tensor of [value, x, ...states.map(([, tensor]) => tensor)]) tensor.dispose();
  return numbers;
}

/** Relative to what is above 1; NaN if they do not compare. */
function largestDifference(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Number.NaN;
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i]! - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!));
    if (!(difference <= worst)) worst = difference;
    if (Number.isNaN(worst)) return worst;
  }
  return worst;
}
