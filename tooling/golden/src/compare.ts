import { add, multiply, sum, valueAndGrad } from '@sluice/autograd';
import { type DataArray, Device, type FloatDType, type Tensor, type TensorData } from '@sluice/core';
import { GRU, LSTM, type PackedLayerOptions, RNN } from '@sluice/layers';
import type { CreateBackend } from './backends.ts';
import type { GoldenArray, GoldenArrays, GoldenCase, GoldenFile } from './golden-file.ts';

/** Largest accepted |value - golden| / max(1, |golden|). */
export type Tolerances = Readonly<Record<FloatDType, number>>;

/**
 * What a file allows. One whose numbers all have 9 digits was rounded after it was computed, its inputs too, so that the outputs of the
 * inputs in it are others by about 1e-7.
 */
export function tolerancesOf({ cases }: GoldenFile): Tolerances {
  const isRounded = (value: number) => Number(value.toPrecision(9)) === value;
  const rounded = cases.every(({ outputs }) => Object.values(outputs).every(({ data }) => data.every(isRounded)));
  return { float32: 1e-4, float64: rounded ? 1e-6 : 1e-12 };
}

export interface Comparison {
  readonly dtype: FloatDType;
  /** Largest |value - golden| / max(1, |golden|) over all outputs and gradients; NaN when a value is NaN. */
  readonly error: number;
  /** The output or gradient with the largest error, e.g. `d weight_hh_l0`. */
  readonly where: string;
  readonly passed: boolean;
}

/** Runs one case, forward and backward, and compares all outputs and gradients with the golden ones. */
export async function compareCase(
  makeBackend: CreateBackend,
  dtype: FloatDType,
  golden: GoldenCase,
  tolerances: Tolerances,
): Promise<Comparison> {
  using device = new Device(await makeBackend(), { dtype });
  const { outputs, gradients } = run(device, golden);
  const entries = [
    ...Object.entries(golden.outputs).map(([name, array]) => [name, outputs[name], array] as const),
    ...Object.entries(golden.gradients).map(([name, array]) => [`d ${name}`, gradients[name], array] as const),
  ];
  let [error, where] = [0, '-'];
  for (const [name, tensor, expected] of entries) {
    const worst = tensor ? largestError(await tensor.data(), tensor.shape, expected) : Number.NaN;
    // A NaN must win, and stay.
    if (!(worst <= error) && !Number.isNaN(error)) [error, where] = [worst, name];
  }
  return { dtype, error, where, passed: error <= tolerances[dtype] };
}

function largestError(values: DataArray, shape: readonly number[], expected: GoldenArray): number {
  if (String(shape) !== String(expected.shape)) return Number.NaN;
  return expected.data.reduce((worst, value, i) => {
    const error = Math.abs(values[i]! - value) / Math.max(1, Math.abs(value));
    return error > worst || Number.isNaN(error) ? error : worst;
  }, 0);
}

type Tensors = Record<string, Tensor>;

function run(device: Device, golden: GoldenCase): { outputs: Tensors; gradients: Tensors } {
  const layer = makeLayer(device, golden);
  layer.loadStateDict(new Map(Object.entries(golden.parameters).map(([name, array]) => [name, toData(array)])));
  const upload = (arrays: GoldenArrays): Tensors =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { data, shape }]) => [
        name,
        device.tensor([...data], { shape, dtype: device.dtype }),
      ]),
    );
  const inputs = upload(golden.inputs);
  const weights = upload(golden.outputGradients);
  const targets: Tensors = { ...inputs, ...Object.fromEntries(layer.parameters()) };
  const { auxiliary, gradients } = valueAndGrad(() => {
    const outputs = layer.forward(inputs, golden.lengths ?? undefined);
    const terms = Object.entries(outputs).map(([name, output]) => sum(multiply(output, weights[name]!)));
    return { value: terms.reduce((a, b) => add(a, b)), auxiliary: outputs };
  }, targets);
  return { outputs: auxiliary, gradients };
}

function toData({ shape, data }: GoldenArray): TensorData {
  return { dtype: 'float64', shape, data: Float64Array.from(data) };
}

interface GoldenLayer {
  readonly forward: (inputs: Tensors, lengths: readonly number[] | undefined) => Tensors;
  readonly parameters: LSTM['parameters'];
  readonly loadStateDict: LSTM['loadStateDict'];
}

/** The layer of a case, with its inputs and outputs under PyTorch's names. */
function makeLayer(device: Device, { kind, inputSize, hiddenSize, options }: GoldenCase): GoldenLayer {
  const common: PackedLayerOptions = {
    inputSize,
    hiddenSize,
    bias: options.bias ?? true,
    batchFirst: options.batch_first ?? false,
    layers: options.num_layers ?? 1,
    bidirectional: options.bidirectional ?? false,
  };
  if (kind === 'LSTM') {
    const projection = options.proj_size === undefined ? {} : { projectionSize: options.proj_size };
    const lstm = new LSTM(device, { ...common, ...projection });
    return {
      parameters: () => lstm.parameters(),
      loadStateDict: (state) => lstm.loadStateDict(state),
      forward: ({ x, h0, c0 }, lengths) => {
        const { output, state } = lstm.call(x!, { state: { hidden: h0!, cell: c0! }, lengths });
        return { y: output, hn: state.hidden, cn: state.cell };
      },
    };
  }
  const layer =
    kind === 'GRU'
      ? new GRU(device, common)
      : new RNN(device, { ...common, nonlinearity: options.nonlinearity ?? 'tanh' });
  return {
    parameters: () => layer.parameters(),
    loadStateDict: (state) => layer.loadStateDict(state),
    forward: ({ x, h0 }, lengths) => {
      const { output, state } = layer.call(x!, { state: { hidden: h0! }, lengths });
      return { y: output, hn: state.hidden };
    },
  };
}
