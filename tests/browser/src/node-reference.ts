import { fileURLToPath } from 'node:url';
import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { Device } from '@sluice/core';
import { loadModel } from '@sluice/model/node';
import { renderHtml } from '@sluice/report/node';
import { sweep, train } from 'tests-training';
import type { TestProject } from 'vitest/node';
import { definition } from '../../../apps/protein/src/model.ts';
import { type Prediction, predict } from '../../../apps/protein/src/predict.ts';
import { exampleReport } from '../../../packages/report/src/testing/example.ts';
import { chains, modelFolder } from './protein.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Losses of the small training in this Node, with plain SIMD. */
    readonly lossesInNode: number[];
    /** CRC-32 of function values in this Node. */
    readonly functionsInNode: Record<string, number>;
    /** What the small model of the protein app says of a chain. */
    readonly predictionsInNode: Prediction[];
    /** A report with every sort of picture, by `encodeURIComponent`, for vitest writes it into a script of its page. */
    readonly reportHtml: string;
  }
}

/** Runs in Node before the tests of a page, for those that compare the two. */
// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default async function provideReferences(project: TestProject): Promise<void> {
  project.provide('lossesInNode', await train(await createWasmBackend({ simd: 'simd' })));
  project.provide('functionsInNode', await sweep(await createWasmBackend({ simd: 'simd' })));
  project.provide('reportHtml', encodeURIComponent(renderHtml(exampleReport())));
  using device = new Device(createJsBackend());
  const { model, config, preprocessing } = await loadModel(fileURLToPath(modelFolder), definition, device);
  project.provide('predictionsInNode', await predict(model, preprocessing.residues, config.window, chains));
}
