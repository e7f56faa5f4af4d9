import { train } from 'tests-training';

/** Leaves for the test what became of a training on the backend: mode and losses, or the error. */
export function report(create) {
  globalThis.outcome = create().then(
    async (backend) => ({ simd: backend.info.simd, losses: await train(backend) }),
    (error) => ({
      name: error.name,
      message: error.message,
    }),
  );
}
