import { UnsupportedError } from '@sluice/core';
import { createGpujsBackend } from '../backend-gpujs.ts';

/**
 * Why tests on headless GL cannot run here; `undefined` where they can.
 * @throws UnsupportedError where `npm test` has provided it, and on CI
 */
export async function headlessGlProblem(): Promise<string | undefined> {
  try {
    const backend = await createGpujsBackend({ mode: 'headlessgl' });
    backend.dispose?.();
    return undefined;
  } catch (error) {
    if (!(error instanceof UnsupportedError) || process.env.SLUICE_HEADLESS_GL || process.env.CI) throw error;
    return error.message;
  }
}
