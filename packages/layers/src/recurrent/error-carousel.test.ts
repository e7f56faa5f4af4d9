import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { expect, it } from 'vitest';
import { checkErrorCarousel, ErrorCarouselError } from './error-carousel.ts';

it.each(['float32', 'float64'] as const)('a pulse and its gradient survive 1,000 steps in %s', async (dtype) => {
  const device = new Device(createJsBackend(), { dtype });
  const { output, gradient } = await checkErrorCarousel(device);
  const cell = Math.tanh(1);
  expect(output).toBeCloseTo(Math.tanh(cell), dtype === 'float32' ? 7 : 15);
  expect(output).toBeCloseTo(0.642, 4);
  expect(gradient).toBeCloseTo((1 - Math.tanh(cell) ** 2) * (1 - cell ** 2), dtype === 'float32' ? 7 : 15);
  expect(device.live).toBe(0);
});

it('notices a cell that forgets', async () => {
  const backend = createJsBackend();
  const leaky = {
    ...backend,
    supports: backend.supports.bind(backend),
    unary: (kind, x) => {
      const y = backend.unary(kind, x);
      if (kind !== 'sigmoid') return y;
      const shrink = backend.fill(1, 0.9999, x.dtype);
      return backend.binary('multiply', { ...x, storage: y }, { storage: shrink, shape: [], dtype: x.dtype }, x.shape);
    },
  } satisfies typeof backend;
  const device = new Device(leaky);
  await expect(checkErrorCarousel(device, { steps: 10 })).rejects.toThrow(ErrorCarouselError);
  await expect(checkErrorCarousel(device, { steps: 10 })).rejects.toThrow(
    /output at step 1 is 0\.6\d+, expected 0\.6\d+, as at step 0/,
  );
  await expect(checkErrorCarousel(device, { steps: 10, tolerance: 0.01 })).resolves.toBeDefined();
  expect(device.live).toBe(0);
});
