import { fileURLToPath } from 'node:url';
import { createGpujsBackend } from '@sluice/backend-gpujs';
import { expect, it } from 'vitest';
import { readGoldenFile } from './read-golden-file.ts';
import { compareFile } from './report.ts';

const provided = process.env.SLUICE_HEADLESS_GL !== undefined;

it.skipIf(!provided)(
  `all 35 networks of PyTorch on headless GL${provided ? '' : ', skipped: npm test provides it'}`,
  async () => {
    const file = await readGoldenFile(fileURLToPath(new URL('../torch-recurrent.json', import.meta.url)));
    const create = () => createGpujsBackend({ mode: 'headlessgl' });
    const { text, compared, failed } = await compareFile(file, [create]);
    expect(failed, text).toBe(0);
    expect(compared).toBe(35);
    expect(text).toMatch(/^backend gpujs/m);
  },
  300_000,
);
