import { expect, test, vi } from 'vitest';

const { missing } = vi.hoisted(() => ({
  missing: () => {
    throw new Error('no training code');
  },
}));
vi.mock('@sluice/training', missing);
vi.mock('@sluice/training/node', missing);

test('evaluating and predicting need no training code', async () => {
  await expect(import('./train.ts')).rejects.toThrow();
  expect(Object.keys(await import('./use.ts')).sort()).toEqual(['evaluate', 'predict']);
});
