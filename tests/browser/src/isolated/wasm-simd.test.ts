import { createWasmBackend } from '@sluice/backend-wasm';
import { wasmKernels } from '../optional-kernels.ts';
import { testInChromium } from '../test-in-chromium.ts';

testInChromium({
  create: () => createWasmBackend({ simd: 'simd' }),
  info: { simd: 'simd', threads: 1 },
  optional: wasmKernels,
  lossTolerance: 0,
});
