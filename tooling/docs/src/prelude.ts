// What the examples in docstrings take for granted: everything that the packages export, and these variables.
import { createJsBackend } from '@sluice/backend-js';
import { type Backend, Device, Random, type TensorData } from '@sluice/core';
import { exampleBatches } from '@sluice/data';
import { writeSafetensors } from '@sluice/format-safetensors';
import { Linear, LSTM } from '@sluice/layers';
import { Adam, crossEntropy, type FitOptions, fit, type TrainingState } from '@sluice/training';

export * from '@sluice/autograd';
export * from '@sluice/backend-conformance';
export * from '@sluice/backend-conformance/vitest';
export * from '@sluice/backend-gpujs';
export * from '@sluice/backend-js';
export * from '@sluice/backend-wasm';
export * from '@sluice/core';
export * from '@sluice/data';
export * from '@sluice/decoding';
export * from '@sluice/format-safetensors';
export * from '@sluice/format-safetensors/node';
export * from '@sluice/layers';
export * from '@sluice/metrics';
export { defineModel, encodeModel } from '@sluice/model';
export { loadModel, saveModel } from '@sluice/model/node';
export { createReport, lossChart, renderText, rowsOf } from '@sluice/report';
export { renderHtml, saveReport } from '@sluice/report/node';
export * from '@sluice/training';
export * from '@sluice/training/node';
export * as v from 'valibot';

/** Types that examples name. */
export const typeNames = ['CellState', 'LSTMState', 'Prepared', 'TrainingState'];

export const [time, batch, features, classes] = [7, 3, 3, 5];
export const [seed, epoch, count] = [1, 0, 10];
export const samples = new Random(seed).uniform(time * batch);
export const lengths = [5, 2, 7];
export const sentences = [{ ids: Int32Array.of(1, 2, 3) }, { ids: Int32Array.of(4) }];

export const device = new Device(createJsBackend());
export const model = new Linear(device, { inputSize: features, outputSize: classes });
export const lstm = new LSTM(device, { inputSize: features, hiddenSize: 4 });
export const optimizer = new Adam(model.parameters());
const noise = new Random(seed).normal(time * batch * features);
export const x = device.tensor(noise, { shape: [time, batch, features], dtype: 'float32' });
export const y = device.zeros([time, batch, classes]);
export const targets = device.zeros([time, batch], 'int32');
export const chunks = [x, x];

interface Batch {
  readonly inputs: TensorData;
  readonly targets: TensorData;
}

const hostBatch: Batch = {
  inputs: { dtype: 'float32', shape: x.shape, data: await x.data() },
  targets: { dtype: 'int32', shape: targets.shape, data: await targets.data() },
};
export const data = exampleBatches([hostBatch], { batchSize: 1, collate: () => hostBatch });

let saved: TrainingState | undefined;
export const options: FitOptions<Batch> = {
  model,
  optimizer,
  data,
  epochs: 2,
  loss: (batch) => crossEntropy(model.call(device.tensor(batch.inputs)), device.tensor(batch.targets)),
};
const save = (state: TrainingState): void => {
  saved = state;
};
for await (const _ of fit({ ...options, checkpoint: { save } }));
export const state = saved as TrainingState;

export const bytes = writeSafetensors(await model.stateDict());
export const store = { put: async (_key: string, _value: Uint8Array): Promise<void> => {} };

export const createMyBackend = (_options: { precision?: 'medium' } = {}): Backend => createJsBackend();
