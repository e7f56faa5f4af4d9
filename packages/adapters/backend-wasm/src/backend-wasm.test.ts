import { testBackend } from '@sluice/backend-conformance';
import { describe } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { bestSimd } from './load.ts';

describe('simd', () => {
  testBackend(() => createWasmBackend({ simd: 'simd' }));
});

describe.runIf(bestSimd() === 'relaxed-simd')('relaxed-simd', () => {
  testBackend(() => createWasmBackend());
});
