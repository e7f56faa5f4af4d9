import { type Backend, type DType, Random, type RandomKernels, type RandomState } from '@sluice/core';
import { type CheckContext, type ConformanceCheck, demand } from '../kit/check.ts';
import { type OptionalKernel, randomKernels } from '../kit/optional-kernels.ts';
import { runCase } from '../kit/run-case.ts';

interface MaskCase {
  readonly size: number;
  readonly stream: RandomState;
  readonly probability: number;
  readonly kept: number;
}

const key = [0x9e3779b9, 0xfffffffe] as const;
const from = (position: number): RandomState => ({ key, position });
const common = { probability: 0.3, kept: 1 / 0.7 };

/** Around the places where a counter's words carry, at both halves of a block, and as far as a stream goes. */
const positions = [
  0,
  1,
  2,
  3,
  15,
  16,
  17,
  2 ** 32 - 1,
  2 ** 33 - 34,
  2 ** 33 - 33,
  2 ** 34 - 5,
  2 ** 50 + 7,
  2 ** 53 - 200,
];

function masksOf<S>(backend: Backend<S>): RandomKernels<S> {
  demand(backend.random !== undefined, 'random: the property came and went');
  return backend.random;
}

function maskChecks(kernel: OptionalKernel): ConformanceCheck[] {
  const { dtype } = kernel;
  const check = (name: string, cases: () => readonly MaskCase[]): ConformanceCheck => ({
    name: `random ${kernel.name}: ${name}`,
    dtypes: [dtype],
    kernel,
    async run(context) {
      for (const each of cases()) await runMask(context, dtype, each);
    },
  });
  return [
    check('any size', () =>
      [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1001, 70_003].flatMap((size) =>
        [0, 1].map((position) => ({ ...common, size, stream: from(position) })),
      ),
    ),
    check('anywhere in any stream', () => [
      ...positions.map((position) => ({ ...common, size: 133, stream: from(position) })),
      ...[[0, 0] as const, [0xffffffff, 0xffffffff] as const, [1, 0] as const, [0, 1] as const].map((other) => ({
        ...common,
        size: 133,
        stream: { key: other, position: 5 },
      })),
    ]),
    check('any probability', () => {
      // Right at a draw, which is not below itself, and right above one.
      const draws = new Random(from(0)).uniform(4);
      const edges = [...draws].flatMap((draw) => [draw, draw + 2 ** -53]);
      return [0, Number.MIN_VALUE, 2 ** -53, 1e-3, 0.5, 1 - 2 ** -53, 1, ...edges].map((probability) => ({
        ...{ size: 129, stream: from(0), probability },
        kept: probability === 1 ? 0 : 1 / (1 - probability),
      }));
    }),
  ];
}

async function runMask(context: CheckContext, dtype: DType, each: MaskCase): Promise<void> {
  const { size, stream, probability, kept } = each;
  await runCase(context, {
    label: `random dropoutMask of ${size} with probability ${probability} from draw ${stream.position} of key ${stream.key}`,
    operands: [],
    shape: [size],
    dtype,
    precision: 'bits',
    call: (backend) => masksOf(backend).dropoutMask(size, dtype, stream, probability, kept),
  });
}

/** Kernels of random numbers, which a backend need not have. */
export const randomChecks: readonly ConformanceCheck[] = randomKernels.flatMap(maskChecks);
