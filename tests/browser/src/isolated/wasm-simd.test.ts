import { createWasmBackend } from '@sluice/backend-wasm';
import { testInChromium } from '../test-in-chromium.ts';

testInChromium({
  create: () => createWasmBackend({ simd: 'simd' }),
  info: { simd: 'simd', threads: 1 },
  fused: true,
  lossTolerance: 0,
});
