export { createGpujsBackend, type GpujsBackendOptions } from './backend-gpujs.ts';
export type { GpujsMode } from './gpu-js.ts';
export type { GpujsStorage } from './storage.ts';
