import { createGpujsBackend } from '@sluice/backend-gpujs';
import { testInChromium } from '../test-in-chromium.ts';

testInChromium({
  create: () => createGpujsBackend(),
  info: { mode: 'webgl2', precision: 'float32', fallbackReason: '' },
  fused: false,
  lossTolerance: 1e-4,
});
