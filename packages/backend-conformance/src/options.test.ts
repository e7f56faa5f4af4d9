import { expect, it } from 'vitest';
import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as conformance from './index.ts';
import { testBackend } from './vitest.ts';

const skip = { '': 'nothing runs' };

testOptions<typeof conformance, 'createCheckContext'>({
  checkBackend: (more) => conformance.checkBackend(conformance.createReferenceBackend, { skip, ...more }),
});

it('both forms of the kit refuse what is no option, and a backend in the place of what makes it', async () => {
  const { checkBackend } = conformance;
  expect(() => testBackend(conformance.createReferenceBackend, { skipped: {} } as never)).toThrow(
    'testBackend: skipped is no option, expected one of tolerances, dtypes, optional, skip (did you mean skip?)',
  );
  expect(() => testBackend(conformance.createReferenceBackend() as never)).toThrow(
    'testBackend: create is an object, expected a function',
  );
  await expect(
    checkBackend(conformance.createReferenceBackend, { tolerances: { float16: 1 } } as never),
  ).rejects.toThrow('checkBackend: tolerances.float16 is no option, expected one of float32, float64');
  await expect(checkBackend(conformance.createReferenceBackend, { optional: ['x'] })).rejects.toThrow(
    'checkBackend: optional holds "x"',
  );
});
