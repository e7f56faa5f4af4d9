import { createJsBackend } from '@sluice/backend-js';
import { Device, ShapeError } from '@sluice/core';
import { expect, it } from 'vitest';
import { accuracy } from './index.ts';

const device = new Device(createJsBackend());
const logits = device.tensor([
  [1, 3, 2],
  [5, 0, 0],
  [0, 1, 4],
  [2, 2, 0],
]);
const targets = (values: number[]) => device.tensor(Int32Array.from(values));

it('is the share of targets with the largest logit', async () => {
  const before = device.live;
  const result = accuracy(logits, targets([1, 2, 2, 0]));
  expect(await result.item()).toBe(0.75);
  result.dispose();
  expect(device.live).toBeLessThanOrEqual(before + 1);
});

it('leaves out what is ignored', async () => {
  expect(await accuracy(logits, targets([1, -1, 0, -1]), { ignoreIndex: -1 }).item()).toBe(0.5);
  expect(await accuracy(logits, targets([-1, -1, -1, -1]), { ignoreIndex: -1 }).item()).toBeNaN();
});

it('refuses targets of another shape', () => {
  expect(() => accuracy(logits, targets([1]))).toThrow(ShapeError);
  expect(() => accuracy(logits, targets([1]))).toThrow(
    "accuracy: targets has shape [1], expected [4], the logits' shape without its last axis",
  );
});
