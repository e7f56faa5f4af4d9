import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { Device } from '@sluice/core';

const backends = { wasm: createWasmBackend, js: createJsBackend };

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

/** @throws UnsupportedError when the machine cannot run the backend of this name */
export async function openDevice(name: BackendName, seed = 0): Promise<Device> {
  return new Device(await backends[name](), { seed });
}
