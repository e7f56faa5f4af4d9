import { FormatError, UnsupportedError } from '@sluice/core';
import { train } from 'tests-training';

/** Leaves for the test what became of a training on the backend: mode and losses, or the error. */
export function report(create) {
  globalThis.outcome = create().then(
    async (backend) => ({ simd: backend.info.simd, losses: await train(backend) }),
    // A minified class has another name.
    (error) => ({
      isUnsupported: error instanceof UnsupportedError,
      isFormat: error instanceof FormatError,
      message: error.message,
    }),
  );
}
