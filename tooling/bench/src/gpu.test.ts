import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { findChromium } from '../../setup/chromium.mjs';
import { compare, quickSchedule } from './compare.ts';
import { findGpuField } from './participants.ts';
import { tinyWorkloads } from './workloads.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const isThere = process.env.SLUICE_HEADLESS_GL !== undefined && (await findChromium()) !== undefined;

it.skipIf(!isThere && !process.env.CI)(
  'runs a workload on headless GL and in Chromium, and counts the launches',
  async () => {
    const { participants } = await findGpuField(['--conditions=@sluice/source', `--import=${tsx}`], '/no/peers');
    const onGpu = participants.filter(({ label }) => label.startsWith('gpujs'));
    const schedule = { ...quickSchedule, workloads: tinyWorkloads.slice(0, 1) };
    const { results, renderers, refused, versions } = await compare(onGpu, schedule, () => {});
    expect(refused).toEqual([]);
    expect(Object.keys(versions).sort()).toEqual(['Chromium', 'Node', 'gpu.js']);
    expect(Object.values(renderers)).toEqual([expect.stringMatching(/./), expect.stringContaining('SwiftShader')]);
    expect(results.map(({ participant, mode }) => `${participant.split(',')[0]} ${mode}`)).toEqual([
      'gpujs headlessgl inference',
      'gpujs webgl2 inference',
      'gpujs headlessgl training',
      'gpujs webgl2 training',
    ]);
    for (const result of results) {
      expect(result).not.toHaveProperty('note');
      expect(result.launches).toBeGreaterThan(0);
      expect(Number.isInteger(result.launches)).toBe(true);
    }
    const [inNode, inPage] = results;
    expect(inPage!.launches).toBe(inNode!.launches);
  },
  120_000,
);
