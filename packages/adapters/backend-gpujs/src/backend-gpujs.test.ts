import { testBackend } from '@sluice/backend-conformance';
import { describe } from 'vitest';
import { createGpujsBackend } from './backend-gpujs.ts';

for (const mode of ['cpu', 'headlessgl'] as const) {
  describe(mode, () => {
    testBackend(() => createGpujsBackend({ mode }));
  });
}
