export { createJsBackend } from '@sluice/backend-js';
export { Device } from '@sluice/core';
export { Linear, LSTM } from '@sluice/layers';
