import type { Backend, DataArray } from '@sluice/core';
import { expect, it } from 'vitest';
import { conformanceChecks } from './conformance-checks.ts';
import { createCheckContext } from './kit/check.ts';
import { ConformanceError } from './kit/compare.ts';
import { referenceRecurrent } from './reference/recurrent.ts';
import { createReferenceBackend } from './reference/reference-backend.ts';
import type { Fault, Faults } from './testing/fault.ts';
import { kernelFaults } from './testing/kernel-faults.ts';
import { randomFaults } from './testing/random-faults.ts';
import { recurrentFaults } from './testing/recurrent-faults.ts';
import { sizeFaults } from './testing/size-faults.ts';

const faults: Faults = {
  ...kernelFaults,
  ...sizeFaults,
  ...randomFaults,
  ...Object.fromEntries(
    Object.entries(recurrentFaults).map(([name, { breaks, ...rest }]): [string, Fault] => [
      `fused kernels with ${name}`,
      { ...rest, breaks: () => ({ recurrent: { ...referenceRecurrent, ...breaks } }) },
    ]),
  ),
};

const caught = new Set<string>();

it.each(Object.entries(faults))('the kit reports %s', async (name, { breaks, check: wanted, message }) => {
  const right = createReferenceBackend();
  const check = conformanceChecks.find((candidate) => candidate.name === wanted);
  if (check === undefined) throw new Error(`there is no check "${wanted}"`);
  const backend: Backend<DataArray> = { ...right, ...breaks(right) };
  const failure = check.run(createCheckContext(backend));
  await expect(failure).rejects.toThrow(message);
  await expect(failure).rejects.toBeInstanceOf(ConformanceError);
  caught.add(name);
});

it('and so none is missed', async ({ annotate }) => {
  const all = Object.keys(faults);
  await annotate(`${caught.size} of ${all.length} broken backends reported by the conformance kit`, 'figure');
  expect([...caught]).toEqual(all);
});
