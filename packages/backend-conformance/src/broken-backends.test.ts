import type { Backend, DataArray } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext } from './kit/check.ts';
import { createReferenceBackend } from './reference/reference-backend.ts';

describe('the kit reports', () => {
  it('a backend whose operations throw, with the call that threw', async () => {
    const backend: Backend = {
      ...createReferenceBackend(),
      transpose() {
        throw new Error('no memory');
      },
    };
    const check = conformanceChecks.find(({ name }) => name.startsWith('transpose int32'));
    await expect(check?.run(createCheckContext(backend))).rejects.toThrow(
      'transpose []: int32 [] -> int32 []: threw Error: no memory',
    );
  });

  it('a kernel that returns nothing', async () => {
    const backend: Backend = { ...createReferenceBackend(), transpose: () => undefined };
    const check = conformanceChecks.find(({ name }) => name.startsWith('transpose int32'));
    await expect(check?.run(createCheckContext(backend))).rejects.toThrow(
      'transpose []: int32 [] -> int32 []: returned undefined, expected a storage',
    );
  });

  it('nothing within a wider tolerance', async () => {
    const right = createReferenceBackend();
    const rough = { ...right, unary: coarse(right) };
    const check = conformanceChecks.find(({ name }) => name === 'unary tanh float32: any shape');
    await expect(check?.run(createCheckContext(rough))).rejects.toThrow(/^unary tanh: /);
    await check?.run(createCheckContext(rough, { float32: 1e-3 }));
  });

  it('under names that are all different', () => {
    const names = conformanceChecks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

function coarse(right: Backend<DataArray>): Backend<DataArray>['unary'] {
  return (kind, x) => right.unary(kind, x).map((value) => value * (1 + 1e-4));
}
