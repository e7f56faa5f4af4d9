import { createWasmBackend } from '@sluice/backend-wasm';
import { report } from './report.js';

report(() => createWasmBackend({ simd: 'simd' }));
