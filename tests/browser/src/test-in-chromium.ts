import type { Tolerances } from '@sluice/backend-conformance';
import { testBackend } from '@sluice/backend-conformance/vitest';
import { type Backend, Device } from '@sluice/core';
import { checkErrorCarousel, checkFused } from '@sluice/layers';
import { train } from 'tests-training';
import { checkGoldenFile, compareFile } from 'tooling-golden';
import golden from 'tooling-golden/torch-recurrent.json' with { type: 'json' };
import { expect, inject, it } from 'vitest';
import { navigator } from './page.ts';

export interface ChromiumSuite {
  readonly create: () => Backend | Promise<Backend>;
  /** What `backend.info` must say, so that nothing falls back unseen. */
  readonly info: Readonly<Record<string, unknown>>;
  /** The optional kernels that the backend has, as the conformance kit names them, so that none is lost unseen. */
  readonly optional: readonly string[];
  /** Networks per cell on which they are compared with their composed steps. Default 40. */
  readonly fusedRuns?: number;
  /** Of the conformance kit; its defaults if absent. */
  readonly tolerances?: Partial<Tolerances>;
  /** Largest relative difference of a loss from that of Node with plain SIMD; 0 is every bit. */
  readonly lossTolerance: number;
}

/** Everything that a backend must do in a page. */
export function testInChromium({
  create,
  info,
  optional,
  fusedRuns = 40,
  tolerances = {},
  lossTolerance,
}: ChromiumSuite): void {
  it('runs in Chromium, in the mode that was asked for', async () => {
    expect(navigator.userAgent).toMatch(/Chrome\/\d/);
    const backend = await create();
    expect(backend.info).toMatchObject(info);
    backend.dispose?.();
  });

  testBackend(create, { tolerances, optional });

  it('computes what PyTorch does, outputs and gradients of 35 networks', async () => {
    const file = checkGoldenFile(golden, 'torch-recurrent.json');
    const { text, compared, failed } = await compareFile(file, [create]);
    expect(failed, text).toBe(0);
    const backend = await create();
    expect(compared).toBe(backend.supports('float64') ? 70 : 35);
    backend.dispose?.();
  }, 300_000);

  if (optional.includes('lstm, float32')) {
    it('has fused kernels, which compute what their composed steps do', async () => {
      const backend = await create();
      const { cells } = await checkFused(backend, { runs: fusedRuns });
      expect(cells).toContain('lstm');
      backend.dispose?.();
    }, 120_000);
  }

  it('keeps a pulse for 1,000 steps, and its gradient', async () => {
    using device = new Device(await create());
    expect(await checkErrorCarousel(device)).toEqual({
      output: expect.closeTo(0.642, 3),
      gradient: expect.any(Number),
    });
  }, 120_000);

  it('trains as in Node', async () => {
    const [losses, expected] = [await train(await create()), inject('lossesInNode')];
    expect(losses).toHaveLength(expected.length);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    losses.forEach((loss, step) => {
      const difference = Math.abs(loss - expected[step]!) / expected[step]!;
      expect(difference, `step ${step}: ${loss}, in Node ${expected[step]}`).toBeLessThanOrEqual(lossTolerance);
    });
  });
}
