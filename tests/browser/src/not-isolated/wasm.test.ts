import { createWasmBackend } from '@sluice/backend-wasm';
import { sweep, train } from 'tests-training';
import { expect, inject, it } from 'vitest';
import { crossOriginIsolated, navigator } from '../page.ts';

it('is a page of Chromium that may not share memory', () => {
  expect(navigator.userAgent).toMatch(/Chrome\/\d/);
  expect(crossOriginIsolated).toBe(false);
  expect('SharedArrayBuffer' in globalThis).toBe(false);
});

it('wasm runs on one thread, and trains as in Node', async () => {
  const backend = await createWasmBackend({ simd: 'simd' });
  expect(backend.info).toMatchObject({ simd: 'simd', threads: 1 });
  expect(await train(backend)).toEqual(inject('lossesInNode'));
});

it('exp, tanh, sigmoid and log are those of Node, to the bit', async () => {
  expect(await sweep(await createWasmBackend())).toEqual(inject('functionsInNode'));
});

it('wasm says why it has no threads', async () => {
  const obstacle = 'no SharedArrayBuffer: the page is not cross-origin isolated';
  const backend = await createWasmBackend({ threads: 'auto' });
  expect(backend.info).toMatchObject({ threads: 1, singleThreaded: obstacle });
  await expect(createWasmBackend({ threads: 2 })).rejects.toThrow(obstacle);
});
