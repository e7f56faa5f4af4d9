import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import type { Backend } from '@sluice/core';

/** A backend of its own for each comparison. */
export type CreateBackend = () => Backend | Promise<Backend>;

/** What is compared with the golden values. A new backend is one line. */
export const backends: readonly CreateBackend[] = [
  createJsBackend,
  createWasmBackend,
  () => createWasmBackend({ threads: 2, threadThreshold: 0 }),
];
