import { createReferenceBackend } from '@sluice/backend-conformance';
import { expect, it } from 'vitest';
import { checkFused } from './check-fused.ts';

it('the conformance kit defines fused kernels as the layers compose them', async () => {
  const { cells, error } = await checkFused(createReferenceBackend(), { dtype: 'float64', runs: 3 });
  expect(cells).toHaveLength(6);
  expect(error).toBeLessThan(1e-12);
}, 120_000);
