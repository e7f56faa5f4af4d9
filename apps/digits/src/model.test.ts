import { createWasmBackend } from '@sluice/backend-wasm';
import { Device } from '@sluice/core';
import { describe, expect, it, vi } from 'vitest';
import { cells, DigitNetwork } from './model.ts';
import { readAll } from './read.ts';
import { makeStrings } from './strings.ts';
import { bar } from './testing/support.ts';

const digits = Array.from({ length: 10 }, (_, label) => ({ image: bar(4 + label, 3 + label), labels: [label] }));
const samples = { digit: digits, string: makeStrings(digits, 10, 1) };

describe.each(['digit', 'string'] as const)('a network that reads a %s', (task) => {
  it.each(cells)('%s reads each picture among others as it does alone, and leaks nothing', async (cell) => {
    using device = new Device(await createWasmBackend(), { seed: 1 });
    const network = new DigitNetwork(device, { task, cell, hidden: 6, layers: 2 });
    const { live } = device;
    const together = await readAll(network, samples[task]);
    expect(together).toHaveLength(10);
    for (const [i, { labels, probability }] of together.entries()) {
      const [alone] = await readAll(network, [samples[task][i]!]);
      expect(alone!.labels).toEqual(labels);
      expect(alone!.probability / probability).toBeCloseTo(1, 3);
      expect(probability).toBeGreaterThan(0);
      expect(probability).toBeLessThan(1);
    }
    expect(device.live).toBe(live);
    network.dispose();
    expect(device.live).toBe(0);
  });
});

it('loads where there are no files, as in browsers', async () => {
  vi.resetModules();
  for (const name of ['node:fs', 'node:fs/promises']) {
    vi.doMock(name, () => {
      throw new Error('no files');
    });
  }
  const { definition } = await import('./model.ts');
  expect(definition.kind).toBe('digits');
});
