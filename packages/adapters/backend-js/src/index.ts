export { createJsBackend, type JsBackendOptions } from './backend-js.ts';
export type { JsStorage } from './storage.ts';
