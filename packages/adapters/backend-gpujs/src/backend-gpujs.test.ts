import { testBackend } from '@sluice/backend-conformance/vitest';
import { describe, expect, it } from 'vitest';
import { createGpujsBackend } from './backend-gpujs.ts';
import type { GpujsMode } from './gpu-js.ts';
import { headlessGlProblem } from './testing/headless-gl.ts';
import { optionalKernels } from './testing/optional-kernels.ts';

const problem = await headlessGlProblem();

const suites: readonly [GpujsMode, string | undefined][] = [
  ['headlessgl', problem],
  ['cpu', undefined],
];

for (const [mode, reason] of suites) {
  describe.skipIf(reason !== undefined)(`mode ${mode}${reason === undefined ? '' : `, skipped: ${reason}`}`, () => {
    it('is the mode that runs', async () => {
      const backend = await createGpujsBackend({ mode });
      expect(backend.info).toMatchObject({ mode, precision: 'float32', fallbackReason: '' });
      // Such as "ANGLE (Mesa/X.org, llvmpipe (LLVM 15.0.6 256 bits), OpenGL 4.5)".
      expect(backend.info.renderer).toMatch(mode === 'cpu' ? /^JavaScript$/ : /^ANGLE \(.+, .+, OpenGL .+\)$/);
      backend.dispose?.();
    });

    testBackend(() => createGpujsBackend({ mode }), { optional: optionalKernels });
  });
}
