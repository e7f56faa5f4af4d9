import { add, broadcastTo, concat, divide, log, multiply, reshape, softmax, sum } from '@sluice/autograd';
import type { Device, Tensor } from '@sluice/core';
import { Vocabulary } from '@sluice/data';
import { Dropout, Embedding, Linear, LSTM, Module } from '@sluice/layers';
import { defineModel } from '@sluice/model';
import * as v from 'valibot';
import { stateLetters } from './alphabet.ts';
import { AppError } from './errors.ts';

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const probability = v.pipe(v.number(), v.minValue(0), v.ltValue(1));

const configSchema = v.strictObject({
  /** Whose mean counts. */
  networks: size(16),
  /** Residues that are read at once: one and its neighbours, an odd number. */
  window: v.pipe(
    size(63),
    v.check(
      (width) => width % 2 === 1,
      ({ input }) => `is ${input}, expected an odd number`,
    ),
  ),
  embedding: size(1024),
  hidden: size(2048),
  layers: size(8),
  inputDropout: probability,
  dropout: probability,
});

export type ModelConfig = v.InferOutput<typeof configSchema>;

/** @throws AppError naming the field, before a training whose model could not be saved */
export function checkConfig(config: ModelConfig): void {
  const [issue] = v.safeParse(configSchema, config).issues ?? [];
  if (issue) throw new AppError(`${v.getDotPath(issue)}: ${issue.message}`);
}

/**
 * A stacked bidirectional LSTM over windows of residue ids [time, batch, window]: logits [time, batch, 8]. Layers after the first read beside each residue
 * the mean over the chain. Dropout hides whole residues from the first layer, and the same units at every residue of a chain from what stands above
 * a layer (Gal & Ghahramani 2016).
 */
class StructureNetwork extends Module<[windows: Tensor, lengths: Int32Array], Tensor> {
  readonly embedding: Embedding;
  readonly inputDropout: Dropout;
  readonly layers: readonly LSTM[];
  readonly dropout: Dropout;
  readonly linear: Linear;

  constructor(device: Device, residues: number, config: ModelConfig) {
    super(device);
    const { window, embedding, hidden, layers, inputDropout, dropout } = config;
    this.embedding = new Embedding(device, { count: residues, size: embedding });
    this.inputDropout = new Dropout(device, { probability: inputDropout });
    this.layers = Array.from({ length: layers }, (_, i) => {
      const inputSize = i === 0 ? window * embedding : 4 * hidden;
      return new LSTM(device, { inputSize, hiddenSize: hidden, bidirectional: true, forgetBias: 1 });
    });
    this.dropout = new Dropout(device, { probability: dropout });
    this.linear = new Linear(device, { inputSize: 2 * hidden, outputSize: stateLetters.length });
  }

  /** What the first layer reads: [time, batch, window * embedding]. */
  embed(windows: Tensor): Tensor {
    const [time, batch] = windows.shape;
    const seen = this.inputDropout.call(this.device.ones([...windows.shape, 1]));
    return reshape(multiply(this.embedding.call(windows), seen), [time!, batch!, -1]);
  }

  protected override forward(windows: Tensor, lengths: Int32Array): Tensor {
    let x = this.embed(windows);
    for (const [i, layer] of this.layers.entries()) {
      const { output } = layer.call(i === 0 ? x : withMean(x, lengths), { lengths });
      x = multiply(output, this.dropout.call(this.device.ones([1, ...output.shape.slice(1)])));
    }
    return this.linear.call(x);
  }
}

/** x [time, batch, features], zero beyond each chain's end, and beside it the mean of each chain: [time, batch, 2 * features]. */
function withMean(x: Tensor, lengths: Int32Array): Tensor {
  const count = x.device.tensor(Float32Array.from(lengths), { shape: [lengths.length, 1] });
  const mean = divide(sum(x, [0]), count);
  return concat([x, broadcastTo(mean, x.shape)], 2);
}

/**
 * Several networks, trained side by side on the same batches, of which each errs in its own way: the probability of a state is the mean of theirs (Hansen &
 * Salamon 1990). Reads windows of residue ids [time, batch, window] and says which state each residue is in: logits [time, batch, 8].
 */
export class StructureModel extends Module<[windows: Tensor, lengths: Int32Array], Tensor> {
  readonly networks: readonly StructureNetwork[];

  constructor(device: Device, residues: number, config: ModelConfig) {
    super(device);
    this.networks = Array.from({ length: config.networks }, () => new StructureNetwork(device, residues, config));
  }

  protected override forward(windows: Tensor, lengths: Int32Array): Tensor {
    const [first, ...others] = this.networks.map((network) => softmax(network.call(windows, lengths)));
    return log(divide(others.reduce(add, first!), this.networks.length));
  }
}

/** What a model folder holds. */
export const definition = defineModel({
  kind: 'protein-secondary-structure',
  config: configSchema,
  preprocessing: { residues: Vocabulary.fromJSON },
  build: (device, config, { residues }) => new StructureModel(device, residues.size, config),
});
