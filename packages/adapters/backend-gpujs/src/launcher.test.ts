import { BackendError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { type KernelSource, Launcher } from './launcher.ts';
import { open } from './open.ts';
import { headlessGlProblem } from './testing/headless-gl.ts';

const problem = await headlessGlProblem();

describe.skipIf(problem !== undefined)('Launcher on headless GL', () => {
  it('drops the kernel that was used last of all when there are too many, and keeps what others computed', async () => {
    const opened = await open(['headlessgl'], false);
    const launcher = new Launcher(opened, 4);
    const results = [];
    const square = (i: number) =>
      launcher.run(`plus ${i}`, () => ({ blocks: [], numbers: ['n'], body: `return n + ${i}.5;` }), 1, [], [100 * i]);
    for (let i = 0; i < 8; i++) results.push(square(i));
    // All have a result that is alive, so none can go.
    expect(launcher.kernels).toBe(8);
    for (let i = 0; i < 8; i++) expect((await launcher.download(results[i]!))[0]).toBe(101 * i + 0.5);
    for (const block of results) launcher.free(block);
    for (let i = 8; i < 14; i++) {
      const block = square(i);
      expect((await launcher.download(block))[0]).toBe(101 * i + 0.5);
      launcher.free(block);
    }
    expect(launcher.kernels).toBeLessThanOrEqual(5);
    const again = square(0);
    expect((await launcher.download(again))[0]).toBe(0.5);
    await opened.gpu.destroy();
  });

  it.each(['headlessgl', 'cpu'] as const)('passes texels of two and four numbers on, in mode %s', async (mode) => {
    const opened = await open([mode], false);
    const launcher = new Launcher(opened);
    const four: KernelSource = {
      blocks: [],
      numbers: ['n'],
      body: 'const i = this.thread.x; return [i, i + n, i * n, 0.5];',
    };
    const two: KernelSource = {
      blocks: ['x'],
      numbers: [],
      body: 'const v = x[this.thread.x]; return [v[0] + v[1], v[2] + v[3]];',
    };
    const one: KernelSource = {
      blocks: ['x', 'y'],
      numbers: [],
      body: 'const v = x[this.thread.x]; const w = y[this.thread.x]; return v[0] * 100 + v[1] + w[3];',
    };
    const a = launcher.run('four', () => four, 20, [], [3], 4);
    const b = launcher.run('two', () => two, 20, [a], [], 2);
    const c = launcher.run('one', () => one, 20, [b, a], []);
    const got = await launcher.download(c);
    for (let i = 0; i < 20; i++) expect(got[i]).toBe((i + i + 3) * 100 + i * 3 + 0.5 + 0.5);
    for (const block of [a, b, c]) launcher.free(block);
    await opened.gpu.destroy();
  });

  it.each([1, 2, 8])(
    'gives all results of a kernel where the device writes %d textures at a time',
    async (mostResults) => {
      const opened = { ...(await open(['headlessgl'], false)), mostResults };
      const launcher = new Launcher(opened);
      const source = () => ({
        blocks: ['x'],
        numbers: ['n'],
        body: 'const v = x[this.thread.x];\nconst sum = v + n;',
        results: ['[sum, v, n, 1]', '[sum * 2, v * 2, n * 2, 2]', '[sum * 3, v * 3, n * 3, 3]'],
      });
      const count = 1100;
      const x = launcher.upload(count, (texels) => texels.set(Array.from({ length: count }, (_, i) => i)));
      const before = { launches: launcher.launches, textures: launcher.textures };
      const results = launcher.runAll('times', 3, source, count, [x], [7], 4);
      expect(launcher.launches - before.launches).toBe(Math.ceil(3 / mostResults));
      expect(launcher.textures - before.textures).toBe(3);
      for (const [k, block] of results.entries()) {
        const sum = () => ({
          blocks: ['x'],
          numbers: [],
          body: 'const v = x[this.thread.x]; return v[0] + v[1] * 10 + v[2] * 100 + v[3] * 1000;',
        });
        const read = launcher.run('sum', sum, count, [block], []);
        const got = await launcher.download(read);
        for (const i of [0, 1, 31, 32, 33, 1099]) expect(got[i]).toBe((k + 1) * (i + 7 + i * 10 + 700 + 1000));
        launcher.free(read);
        launcher.free(block);
      }
      expect(launcher.textures).toBe(before.textures);
      await opened.gpu.destroy();
    },
  );

  it('says with the next download that there was no memory for something, and goes on', async () => {
    const opened = await open(['headlessgl'], false);
    const errors: number[] = [];
    const context = Object.create(opened.context, { getError: { value: () => errors.shift() ?? 0 } });
    const launcher = new Launcher({ ...opened, context });
    const x = launcher.upload(3, (texels) => texels.set([1, 2, 3]));
    errors.push(context.OUT_OF_MEMORY);
    const failure = launcher.download(x);
    await expect(failure).rejects.toThrow(BackendError);
    await expect(failure).rejects.toThrow(
      'gpujs backend: the GPU has no memory left for all that was computed, so that results are wrong; use smaller batches or chunks',
    );
    expect([...(await launcher.download(x))].slice(0, 3)).toEqual([1, 2, 3]);
    errors.push(context.OUT_OF_MEMORY);
    const before = launcher.textures;
    expect(() => launcher.upload(2 ** 22, () => {})).toThrow(
      'gpujs backend: the GPU has no memory left for an array of 4194304 texels',
    );
    expect(launcher.textures).toBe(before);
    await opened.gpu.destroy();
  });
});
