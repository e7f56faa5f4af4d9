import { testBackend } from '@sluice/backend-conformance/vitest';
import { describe } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { bestSimd } from './load.ts';
import { optionalKernels } from './testing/optional-kernels.ts';

describe('simd', () => {
  testBackend(() => createWasmBackend({ simd: 'simd' }), { optional: optionalKernels });
});

describe.runIf(bestSimd() === 'relaxed-simd')('relaxed-simd', () => {
  testBackend(() => createWasmBackend(), { optional: optionalKernels });
});
