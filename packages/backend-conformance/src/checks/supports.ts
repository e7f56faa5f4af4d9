import { dtypes as allTypes } from '@sluice/core';
import { type ConformanceCheck, demand } from '../kit/check.ts';
import { optionalKernels } from '../kit/optional-kernels.ts';
import type { ConformanceOptions } from '../kit/options.ts';

/** What a backend says of itself, against what it must say and what was announced. */
export function supportChecks({ dtypes, optional }: ConformanceOptions): readonly ConformanceCheck[] {
  return [
    {
      name: 'supports: float32, int32 and bool, and what `dtypes` announces',
      dtypes: [],
      async run({ backend }) {
        for (const dtype of ['float32', 'int32', 'bool'] as const) {
          demand(backend.supports(dtype), `supports: ${dtype} is denied, expected of every backend`);
        }
        const has = allTypes.filter((dtype) => backend.supports(dtype));
        const announced = allTypes.filter((dtype) => (dtypes ?? has).includes(dtype));
        demand(
          String(has) === String(announced),
          `supports: says yes to ${has.join(', ')}, expected ${announced.join(', ')} as in the option \`dtypes\``,
        );
      },
    },
    {
      name: 'optional kernels: those that `optional` announces',
      dtypes: [],
      async run({ backend }) {
        for (const kernel of optionalKernels) {
          const has = kernel.isIn(backend);
          const expected = optional?.includes(kernel.name) ?? has;
          const [found, wanted] = [has, expected].map((yes) => (yes ? 'there' : 'not there'));
          demand(
            has === expected,
            `optional kernels: ${kernel.name} is ${found}, expected ${wanted} as in the option \`optional\``,
          );
        }
      },
    },
  ];
}
