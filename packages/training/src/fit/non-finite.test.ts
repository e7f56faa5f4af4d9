import { add, divide, log, mean, multiply, sqrt, square, sum } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, SluiceError, type Tensor } from '@sluice/core';
import type { BatchSource } from '@sluice/data';
import { Linear, Module } from '@sluice/layers';
import { describe, expect, it } from 'vitest';
import {
  Adam,
  binaryCrossEntropy,
  crossEntropy,
  ctcLoss,
  fit,
  gaussianNegativeLogLikelihood,
  huber,
  type LossFunction,
  meanAbsoluteError,
  meanSquaredError,
  NonFiniteError,
  quantileLoss,
} from '../index.ts';
import { bitsOf, collect } from '../testing/problems.ts';

type Batch = { readonly x: Float32Array; readonly notes?: unknown };

class Norm extends Module<[x: Tensor], Tensor> {
  protected override forward(x: Tensor): Tensor {
    return log(x);
  }
}

class Head extends Module<[x: Tensor], Tensor> {
  readonly norm = new Norm(this.device);
  readonly linear = new Linear(this.device, { inputSize: 2, outputSize: 1 });

  protected override forward(x: Tensor): Tensor {
    return this.linear.call(this.norm.call(x));
  }
}

class Model extends Module<[x: Tensor], Tensor> {
  readonly head = new Head(this.device);

  protected override forward(x: Tensor): Tensor {
    return square(this.head.call(x));
  }
}

/** Good batches but for the third. */
function source(bad: Batch): BatchSource<Batch> {
  return {
    batchesPerEpoch: 4,
    async *epoch() {
      for (let k = 1; k <= 4; k++) yield k === 3 ? bad : { x: Float32Array.of(1 + k, 2, 3, 4) };
    },
  };
}

interface Expected {
  readonly message: string;
  readonly details: object;
}

async function expectStop<Carry>(
  bad: Batch,
  makeLoss: (model: Model) => LossFunction<Batch, Carry>,
  expected: Expected,
): Promise<void> {
  const device = new Device(createJsBackend(), { seed: 2 });
  const model = new Model(device);
  const optimizer = new Adam(model.parameters());
  const { live, liveBytes } = device;
  let weights: unknown;
  let state: unknown;
  let random: unknown;
  const run = async () => {
    for await (const event of fit({ model, optimizer, data: source(bad), epochs: 1, loss: makeLoss(model) })) {
      if (event.step !== 2) continue;
      weights = await bitsOf(model);
      state = await optimizer.stateDict();
      random = device.random.state;
    }
  };
  const error = await run().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(NonFiniteError);
  expect(error).toBeInstanceOf(SluiceError);
  expect((error as NonFiniteError).message).toBe(expected.message);
  expect((error as NonFiniteError).details).toEqual({ step: 3, inputs: [], ...expected.details });
  expect(await bitsOf(model)).toEqual(weights);
  expect(await optimizer.stateDict()).toEqual(state);
  expect(device.random.state).toEqual(random);
  expect([device.live, device.liveBytes]).toEqual([live, liveBytes]);
}

const call = (model: Model, { x }: Batch) => model.call(model.device.tensor(x, { shape: [2, 2] }));
const plain = (model: Model) => (batch: Batch) => mean(call(model, batch));

it('names step, operation, layer and value', async () => {
  await expectStop({ x: Float32Array.of(1, 0, 1, 1) }, plain, {
    message: 'fit: step 3: log in layer head.norm gave -Infinity (forward); nothing was updated',
    details: { operation: 'log', layer: 'head.norm', pass: 'forward' },
  });
});

it('tells NaN from infinity', async () => {
  await expectStop({ x: Float32Array.of(1, -1, 1, 1) }, plain, {
    message: 'fit: step 3: log in layer head.norm gave NaN (forward); nothing was updated',
    details: { operation: 'log', layer: 'head.norm', pass: 'forward' },
  });
});

it('names the model itself, and what runs outside of layers', async () => {
  const huge = { x: Float32Array.of(1e38, 1e38, 1e38, 1e38) };
  const outside = (model: Model) => (batch: Batch) => {
    const factor = (batch.x[0]! > 100 ? 1 : 0) * 1e38;
    return mean(multiply(multiply(call(model, batch), factor), factor));
  };
  await expectStop(huge, outside, {
    message: 'fit: step 3: multiply outside of any layer gave Infinity (forward); nothing was updated',
    details: { operation: 'multiply', layer: undefined, pass: 'forward' },
  });
});

it('names the layer whose gradient it was', async () => {
  const rooted = (model: Model) => (batch: Batch) => {
    const y = call(model, batch);
    // The root of 0 has an infinite slope.
    return batch.x[0] === 1 ? sqrt(multiply(sum(y), 0)) : mean(y);
  };
  await expectStop({ x: Float32Array.of(1, 1, 1, 1) }, rooted, {
    message: 'fit: step 3: divide outside of any layer gave Infinity (backward); nothing was updated',
    details: { operation: 'divide', layer: undefined, pass: 'backward' },
  });
});

it('names inputs that were not finite before', async () => {
  const bad = { x: Float32Array.of(1, Number.NaN, 1, 1), notes: { scores: [Float64Array.of(0, Infinity)], text: 'a' } };
  await expectStop(bad, plain, {
    message:
      'fit: step 3: log in layer head.norm gave NaN (forward); batch.x holds NaN; ' +
      'batch.notes.scores.0 holds Infinity; nothing was updated',
    details: {
      operation: 'log',
      layer: 'head.norm',
      pass: 'forward',
      inputs: ['batch.x holds NaN', 'batch.notes.scores.0 holds Infinity'],
    },
  });
});

it('names a carry and a parameter that were not finite before', async () => {
  const carrying = (model: Model) => (batch: Batch, carry: { sum: Tensor } | undefined) => {
    const y = mean(call(model, batch));
    const total = carry ? add(y, multiply(carry.sum, batch.x[0] === 1 ? 1 : 0)) : y;
    const next = batch.x[0] === 3 ? divide(model.device.tensor(1), 0) : y;
    return { loss: total, carry: { sum: next } };
  };
  await expectStop({ x: Float32Array.of(1, 1, 1, 1) }, carrying, {
    message:
      'fit: step 3: multiply outside of any layer gave Infinity (forward); carry.sum holds Infinity; nothing was updated',
    details: { operation: 'multiply', layer: undefined, pass: 'forward', inputs: ['carry.sum holds Infinity'] },
  });

  const device = new Device(createJsBackend());
  const model = new Model(device);
  model.head.linear.weight.assign(device.tensor([[1, Number.NEGATIVE_INFINITY]]));
  const run = fit({
    model,
    optimizer: new Adam(model.parameters()),
    data: source({ x: Float32Array.of(1, 1, 1, 1) }),
    epochs: 1,
    loss: plain(model),
  });
  await expect(collect(run)).rejects.toThrow(
    /^fit: step 1: \w+ in layer head\.linear gave -Infinity \(forward\); parameter head\.linear\.weight holds -Infinity; nothing was updated$/,
  );
});

it('says when the norm alone overflows, and when a second run is finite', async () => {
  const steep = (model: Model) => (batch: Batch) => {
    const y = mean(call(model, batch));
    return batch.x[0] === 1 ? multiply(y, 1e25) : y;
  };
  await expectStop({ x: Float32Array.of(1, 2, 1, 2) }, steep, {
    message: 'fit: step 3: globalNorm gave Infinity (backward), though each gradient is finite; nothing was updated',
    details: { operation: 'globalNorm', layer: undefined, pass: 'backward' },
  });
  const fickle = (model: Model) => {
    let calls = 0;
    return (batch: Batch) => {
      const y = mean(call(model, batch));
      return ++calls === 3 ? divide(y, 0) : y;
    };
  };
  await expectStop({ x: Float32Array.of(1, 2, 1, 2) }, fickle, {
    message: 'fit: step 3: the loss is Infinity, but was finite when the step was run again; nothing was updated',
    details: { operation: undefined, layer: undefined, pass: undefined },
  });
});

// The layer of crfLoss has a name of its own.
describe('a loss is named, not what it is computed with', () => {
  const device = new Device(createJsBackend());
  const huge = (shape: number[]) => device.full(shape, 3e38);
  const [x, y] = [device.full([2, 3], 1), device.zeros([2, 3])];
  const far = multiply(huge([2, 3]), -1);
  const losses: Record<string, (factor: Tensor) => Tensor> = {
    crossEntropy: (f) =>
      crossEntropy(multiply(device.tensor([[-3e38, 3e38]]), f), device.tensor([0], { dtype: 'int32' })),
    binaryCrossEntropy: (f) => binaryCrossEntropy(multiply(huge([2, 3]), f), y),
    meanSquaredError: (f) => meanSquaredError(multiply(huge([2, 3]), f), y),
    meanAbsoluteError: (f) => meanAbsoluteError(multiply(huge([2, 3]), f), far),
    huber: (f) => huber(multiply(huge([2, 3]), f), far),
    quantileLoss: (f) => quantileLoss(multiply(huge([2, 1]), f), device.full([2], -3e38), [0.5]),
    gaussianNegativeLogLikelihood: (f) => gaussianNegativeLogLikelihood(multiply(huge([2, 3]), f), x, y),
    'ctcLoss (targets[0] needs 3 steps and has 2)': (f) => ctcLoss(multiply(device.ones([2, 1, 3]), f), [[1, 1]]),
  };
  it.each(Object.keys(losses))('%s', async (name) => {
    const model = new Linear(device, { inputSize: 1, outputSize: 1, bias: false });
    model.weight.assign(device.keep(device.ones([1, 1])));
    const data = source({ x: Float32Array.of(1) });
    const run = fit({
      model,
      optimizer: new Adam(model.parameters()),
      data,
      epochs: 1,
      loss: () => losses[name]!(model.weight),
    });
    await expect(collect(run)).rejects.toThrow(`fit: step 1: ${name} outside of any layer gave`);
  });
});
