import {
  type Backend,
  BackendError,
  Device,
  IndexError,
  type Operand,
  OptionError,
  UnsupportedError,
  withPublicNames,
} from '@sluice/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendOn, createGpujsBackend } from './backend-gpujs.ts';
import { open } from './open.ts';
import type { GpujsStorage } from './storage.ts';
import { headlessGlProblem } from './testing/headless-gl.ts';

type X = Operand<GpujsStorage>;

const problem = await headlessGlProblem();

describe('createGpujsBackend', () => {
  it('refuses a mode that is none', async () => {
    const mode = 'metal' as 'cpu';
    const failure = createGpujsBackend({ mode });
    await expect(failure).rejects.toThrow(OptionError);
    await expect(failure).rejects.toThrow(
      'createGpujsBackend: mode is metal, expected auto, headlessgl, webgl2, webgl, cpu',
    );
  });

  it('says what to do where the mode does not run, and runs in JavaScript only when that is allowed', async () => {
    const failure = createGpujsBackend({ mode: 'webgl2' });
    await expect(failure).rejects.toThrow(UnsupportedError);
    await expect(failure).rejects.toThrow(/no GPU here \(webgl2: .*WebGL 2.*\).*another backend, or set allowFallback/);
    const backend = await createGpujsBackend({ mode: 'webgl2', allowFallback: true });
    expect(backend.info.mode).toBe('cpu');
    expect(backend.info.fallbackReason).toMatch(/^webgl2: /);
    backend.dispose?.();
  });

  it('leaves the GPU of the page as it is', async () => {
    const own = { requestAdapter: () => null };
    Object.defineProperty(globalThis, 'GPU', { value: own, configurable: true, enumerable: false, writable: true });
    const before = Object.getOwnPropertyDescriptor(globalThis, 'GPU');
    (await createGpujsBackend({ mode: 'cpu' })).dispose?.();
    expect(Object.getOwnPropertyDescriptor(globalThis, 'GPU')).toEqual(before);
    Reflect.deleteProperty(globalThis, 'GPU');
    (await createGpujsBackend({ mode: 'cpu' })).dispose?.();
    expect('GPU' in globalThis).toBe(false);
  });
});

describe.skipIf(problem !== undefined)('on headless GL', () => {
  let backend: Backend<GpujsStorage>;
  beforeAll(async () => {
    backend = await createGpujsBackend();
    expect(backend.info.mode).toBe('headlessgl');
  });
  afterAll(() => backend.dispose?.());

  const upload = (values: readonly number[], shape: readonly number[] = [values.length]): X => ({
    storage: backend.upload(Float32Array.from(values), 'float32'),
    shape,
    dtype: 'float32',
  });
  const launchesOf = (work: () => void) => {
    const before = Number(backend.info.launches);
    work();
    return Number(backend.info.launches) - before;
  };

  it('gives tanh, sigmoid and exp of numbers of any size', async () => {
    const values = [-1e30, -1000, -88, -50, -20, 20, 50, 88, 1000, 1e30];
    const x = upload(values);
    for (const kind of ['tanh', 'sigmoid', 'softplus'] as const) {
      const storage = backend.unary(kind, x);
      const got = await backend.download({ ...x, storage });
      const formula = {
        tanh: Math.tanh,
        sigmoid: (v: number) => 1 / (1 + Math.exp(-v)),
        softplus: (v: number) => Math.max(v, 0),
      };
      for (const [i, value] of values.entries()) {
        expect(got[i], `${kind}(${value})`).toBeCloseTo(Math.fround(formula[kind](value)), 6);
      }
      backend.free(storage);
    }
    backend.free(x.storage);
  });

  it('broadcasts, slices, transposes and pads in one launch each, and reshapes in none', () => {
    const a = upload(
      Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
    );
    const b = upload([1, 2, 3], [3, 1]);
    expect(launchesOf(() => backend.binary('add', a, b, [2, 3, 4]))).toBe(1);
    expect(launchesOf(() => backend.slice(a, [1, 0, 3], [1, 3, 4], [1, 1, -1]))).toBe(1);
    expect(launchesOf(() => backend.transpose(a, [2, 0, 1]))).toBe(1);
    expect(launchesOf(() => backend.pad(a, [3, 3, 4], [1, 0, 0], [1, 1, 1], 0))).toBe(1);
    expect(launchesOf(() => backend.reduce('sum', a, [0, 1, 2]))).toBe(1);
    expect(
      launchesOf(() =>
        backend.matMul({ ...a, shape: [6, 4] }, { ...a, shape: [6, 4] }, { transposeA: false, transposeB: true }),
      ),
    ).toBe(1);
    const device = new Device(backend);
    const x = device.zeros([6, 4]);
    expect(launchesOf(() => device.view('reshape', x, [2, 12]))).toBe(0);
    x.dispose();
  });

  it('compiles a kernel once for arrays of about the same size', () => {
    const kernelsFor = (size: number) => {
      const before = Number(backend.info.kernels);
      const x = upload(new Array(size).fill(1));
      backend.free(backend.unary('softplus', x));
      backend.free(x.storage);
      return Number(backend.info.kernels) - before;
    };
    expect(kernelsFor(5000)).toBeGreaterThan(0);
    expect(kernelsFor(5100)).toBe(0);
    expect(kernelsFor(5000)).toBe(0);
  });

  it('knows indices that were uploaded, and looks at computed ones with the next download', async () => {
    const x = upload([1, 2, 3]);
    const indices: X = { storage: backend.upload(Int32Array.of(0, 2), 'int32'), shape: [2], dtype: 'int32' };
    expect(launchesOf(() => backend.gather(x, indices, 0))).toBe(1);
    const wrong: X = { ...indices, storage: backend.upload(Int32Array.of(0, 3), 'int32') };
    expect(() => backend.gather(x, wrong, 0)).toThrow(IndexError);
    expect(() => backend.gather(x, wrong, 0)).toThrow('gather: indices hold 3, expected values from 0 to 2');
    const computed: X = { ...indices, storage: backend.cast(upload([1, -4.5]), 'int32') };
    const storage = backend.gather(x, computed, 0);
    const late = backend.download({ ...x, storage, shape: [2] });
    await expect(late).rejects.toThrow('gather: indices hold -4, expected values from 0 to 2');
    const names = { operation: 'loss', names: { indices: 'targets' } };
    const named = backend.download({
      ...x,
      storage: withPublicNames(names, () => backend.gather(x, computed, 0)),
      shape: [2],
    });
    await expect(named).rejects.toThrow('loss: targets hold -4, expected values from 0 to 2');
    expect([...(await backend.download(x))]).toEqual([1, 2, 3]);
  });

  it('holds as many textures and kernels after 400 training-like steps as after 20', async () => {
    const device = new Device(backend);
    const weight = device.full([8, 8], 0.1);
    let state = device.zeros([4, 8]);
    const step = () => {
      const before = state;
      state = device.scope(() => {
        const x = device.tensor(new Float32Array(32), { shape: [4, 8] });
        const product = device.execute('matMul', [before, weight], [4, 8], 'float32', (b, [a, w]) =>
          b.matMul(a!, w!, { transposeA: false, transposeB: false }),
        );
        const sum = device.execute('add', [product, x], [4, 8], 'float32', (b, [a, c]) =>
          b.binary('add', a!, c!, [4, 8]),
        );
        return device.execute('tanh', [sum], [4, 8], 'float32', (b, [a]) => b.unary('tanh', a!));
      });
      before.dispose();
    };
    const held = () => ({ textures: backend.info.textures, kernels: backend.info.kernels });
    for (let i = 0; i < 20; i++) step();
    await state.data();
    const before = held();
    for (let i = 0; i < 380; i++) step();
    await state.data();
    expect(held()).toEqual(before);
    weight.dispose();
    state.dispose();
    expect(device.live).toBe(0);
  });

  it('refuses an array that no texture holds, and goes on', async () => {
    const before = backend.info.textures;
    expect(() => backend.fill(2 ** 24 + 1, 0, 'float32')).toThrow(
      'gpujs backend: an array takes 16777217 texels, expected at most 16777216 on this device; use smaller batches or chunks, or another backend',
    );
    expect(() => backend.fill(2 ** 23 + 1, 0, 'int32')).toThrow(/takes 16777218 texels/);
    expect(backend.info.textures).toBe(before);
    const x = upload([7]);
    expect([...(await backend.download(x))]).toEqual([7]);
  });

  it('says so when the context is lost', async () => {
    let lost = false;
    const opened = await open(['headlessgl'], false);
    const losing = backendOn({ ...opened, isLost: () => lost });
    const x: X = { storage: losing.upload(Float32Array.of(1), 'float32'), shape: [1], dtype: 'float32' };
    lost = true;
    expect(() => losing.unary('exp', x)).toThrow(BackendError);
    await expect(losing.download(x)).rejects.toThrow(
      /context was lost.*create another one and load the last checkpoint/,
    );
    losing.free(x.storage);
    losing.dispose?.();
  });
});
