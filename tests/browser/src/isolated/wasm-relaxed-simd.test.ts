import { createWasmBackend } from '@sluice/backend-wasm';
import { wasmKernels } from '../optional-kernels.ts';
import { testInChromium } from '../test-in-chromium.ts';

// The default takes it, where it is: Chromium has it since version 114.
testInChromium({
  create: () => createWasmBackend(),
  info: { simd: 'relaxed-simd', threads: 1 },
  optional: wasmKernels,
  lossTolerance: 1e-5,
});
