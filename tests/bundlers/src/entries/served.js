import { createWasmBackend } from '@sluice/backend-wasm';
import { report } from './report.js';

// The query of the page names the file.
const source = () => new URL(globalThis.location.search.slice(1), globalThis.location.href);
report(() => createWasmBackend({ simd: 'simd', source }));
