import { testBackend } from '@sluice/backend-conformance/vitest';
import { createGpujsBackend } from '@sluice/backend-gpujs';
import { expect, it } from 'vitest';
import { optionalKernels } from '../optional-kernels.ts';

const create = () => createGpujsBackend({ mode: 'webgl' });

it('runs on WebGL 1', async () => {
  const backend = await create();
  expect(backend.info).toMatchObject({ mode: 'webgl', precision: 'float32', fallbackReason: '' });
  backend.dispose?.();
});

testBackend(create, { optional: optionalKernels });
