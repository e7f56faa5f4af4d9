export { valueAndGrad } from '@sluice/autograd';
export { createWasmBackend } from '@sluice/backend-wasm';
export { Device } from '@sluice/core';
export { Linear, LSTM } from '@sluice/layers';
export { Adam, crossEntropy, fit } from '@sluice/training';
