import { createWasmBackend } from '@sluice/backend-wasm';
import { train } from 'tests-training';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Losses of the small training in this Node, with plain SIMD. */
    readonly lossesInNode: number[];
  }
}

/** Runs in Node before the tests of a page, for those that compare the two. */
// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default async function provideLosses(project: TestProject): Promise<void> {
  project.provide('lossesInNode', await train(await createWasmBackend({ simd: 'simd' })));
}
