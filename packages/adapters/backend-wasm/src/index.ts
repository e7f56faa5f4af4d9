export { createWasmBackend, type WasmBackendOptions } from './backend-wasm.ts';
export type { SimdLevel, WasmSource } from './load.ts';
export type { WasmStorage } from './storage.ts';
export type { Bytes } from './web-assembly.ts';
