import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { Device } from '@sluice/core';
import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as layers from './index.ts';

const device = new Device(createJsBackend());
const sizes = { inputSize: 2, hiddenSize: 3 };
const cell = new layers.GRUCell(device, sizes);

// A state has the names of its cell, and the sizes of a cell of one's own are its author's.
testOptions<typeof layers, 'detachState' | 'RecurrentCell'>({
  CRF: (more) => new layers.CRF(device, { tags: 2, ...more }),
  Dropout: (more) => new layers.Dropout(device, { probability: 0.5, ...more }),
  Embedding: (more) => new layers.Embedding(device, { count: 2, size: 2, ...more }),
  GRU: (more) => new layers.GRU(device, { ...sizes, ...more }),
  GRUCell: (more) => new layers.GRUCell(device, { ...sizes, ...more }),
  LSTM: (more) => new layers.LSTM(device, { ...sizes, ...more }),
  LSTMCell: (more) => new layers.LSTMCell(device, { ...sizes, ...more }),
  LayerNorm: (more) => new layers.LayerNorm(device, { size: 2, ...more }),
  Linear: (more) => new layers.Linear(device, { inputSize: 2, outputSize: 2, ...more }),
  RNN: (more) => new layers.RNN(device, { ...sizes, ...more }),
  RNNCell: (more) => new layers.RNNCell(device, { ...sizes, ...more }),
  Recurrent: (more) => new layers.Recurrent(cell, more),
  checkErrorCarousel: (more) => layers.checkErrorCarousel(device, { steps: 2, ...more }),
  checkFused: async (more) => layers.checkFused(await createWasmBackend(), { runs: 1, ...more }),
});
