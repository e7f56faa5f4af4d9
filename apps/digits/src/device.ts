import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { Device } from '@sluice/core';

const backends = {
  wasm: () => createWasmBackend({ threads: 'auto' }),
  js: async () => createJsBackend(),
};

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

/** @throws UnsupportedError when this machine cannot run the backend */
export async function openDevice(name: BackendName, seed: number): Promise<Device> {
  return new Device(await backends[name](), { seed });
}
