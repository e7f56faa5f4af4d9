import type { runner } from '../runner.mjs';

declare global {
  /** What a page of the benchmark has for chromium.mjs to call. */
  var answer: ReturnType<typeof runner>;
  /** TensorFlow.js, which is not installed here when types are checked. */
  // biome-ignore lint/suspicious/noExplicitAny: it has no types here
  var tf: any;
}
