import { createGpujsBackend } from '@sluice/backend-gpujs';
import { optionalKernels } from '../optional-kernels.ts';
import { testInChromium } from '../test-in-chromium.ts';

testInChromium({
  create: () => createGpujsBackend(),
  info: { mode: 'webgl2', precision: 'float32', fallbackReason: '' },
  optional: optionalKernels,
  // Each network compiles its own kernels, and the composed steps many more.
  fusedRuns: 2,
  lossTolerance: 1e-4,
});
