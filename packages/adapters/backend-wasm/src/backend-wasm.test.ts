import { testBackend } from '@sluice/backend-conformance/vitest';
import { describe } from 'vitest';
import { createWasmBackend } from './backend-wasm.ts';
import { bestSimd } from './load.ts';
import { fusedKernels } from './testing/fused-kernels.ts';

describe('simd', () => {
  testBackend(() => createWasmBackend({ simd: 'simd' }), { fused: fusedKernels });
});

describe.runIf(bestSimd() === 'relaxed-simd')('relaxed-simd', () => {
  testBackend(() => createWasmBackend(), { fused: fusedKernels });
});
