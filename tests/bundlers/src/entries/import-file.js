import { createWasmBackend } from '@sluice/backend-wasm';
import url from '@sluice/backend-wasm/simd.wasm';
import { report } from './report.js';

report(() => createWasmBackend({ simd: 'simd', source: () => new URL(url, import.meta.url) }));
