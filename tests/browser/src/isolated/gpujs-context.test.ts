import { createGpujsBackend } from '@sluice/backend-gpujs';
import { BackendError, Device } from '@sluice/core';
import { expect, it } from 'vitest';
import { HTMLCanvasElement } from '../page.ts';

/** The contexts of all canvases that are made while `work` runs. */
async function contextsOf(work: () => Promise<unknown>): Promise<WebGl[]> {
  const { prototype } = HTMLCanvasElement;
  const { getContext } = prototype;
  const contexts: WebGl[] = [];
  prototype.getContext = function (this: unknown, ...values: unknown[]) {
    const context = getContext.apply(this, values) as WebGl | null;
    if (context) contexts.push(context);
    return context;
  };
  await work();
  prototype.getContext = getContext;
  return contexts;
}

interface WebGl {
  getExtension(name: 'WEBGL_lose_context'): { loseContext(): void } | null;
}

it('leaves window.GPU to WebGPU, and says so when the context is lost; the page goes on', async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'GPU');
  let device: Device | undefined;
  const contexts = await contextsOf(async () => {
    device = new Device(await createGpujsBackend());
  });
  expect(Object.getOwnPropertyDescriptor(globalThis, 'GPU')).toEqual(before);
  const x = (device as Device).tensor([1, 2, 3]);
  // gpu.js is waiting for the GPU.
  const reading = x.data();
  for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
  await expect(reading).rejects.toThrow(BackendError);
  await expect(reading).rejects.toThrow(/context was lost.*create another one and load the last checkpoint/);
  await expect(x.data()).rejects.toThrow(BackendError);
  expect(() => device?.tensor([1])).toThrow(/context was lost.*create another one and load the last checkpoint/);
  device?.dispose();
  using next = new Device(await createGpujsBackend());
  expect([...(await next.tensor([4, 5]).data())]).toEqual([4, 5]);
});
