import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';

const backends = {
  js: () => createJsBackend(),
};

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

export function openDevice(backend: BackendName, seed: number): Device {
  return new Device(backends[backend](), { seed });
}
