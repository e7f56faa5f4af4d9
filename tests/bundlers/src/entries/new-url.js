import { createWasmBackend } from '@sluice/backend-wasm';
import { report } from './report.js';

const source = () => new URL('@sluice/backend-wasm/simd.wasm', import.meta.url);
report(() => createWasmBackend({ simd: 'simd', source }));
