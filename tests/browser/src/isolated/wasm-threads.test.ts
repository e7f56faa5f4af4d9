import { createWasmBackend } from '@sluice/backend-wasm';
import { wasmKernels } from '../optional-kernels.ts';
import { testInChromium } from '../test-in-chromium.ts';

testInChromium({
  create: () => createWasmBackend({ simd: 'simd', threads: 2, threadThreshold: 0 }),
  info: { simd: 'simd', threads: 2 },
  optional: wasmKernels,
  lossTolerance: 0,
});
