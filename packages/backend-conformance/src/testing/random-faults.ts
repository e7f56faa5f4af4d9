import type { Backend, DataArray, RandomKernels } from '@sluice/core';
import type { Faults } from './fault.ts';

/** Another kernel of masks. */
function drawing(dropoutMask: RandomKernels<DataArray>['dropoutMask']): Partial<Backend<DataArray>> {
  return { random: { supports: () => true, dropoutMask } };
}

/** Faults of the kernel of random numbers. */
export const randomFaults: Faults = {
  'a stream that begins with a block': {
    breaks: ({ random }) =>
      drawing((...[size, dtype, stream, ...rest]) => {
        const even = { ...stream, position: stream.position - (stream.position % 2) };
        return random!.dropoutMask(size, dtype, even, ...rest);
      }),
    check: 'random dropoutMask, float32: any size',
    message: /^random dropoutMask of \d+ with probability 0\.3 from draw 1 of key .*: element \[\d+\] is .*, expected/,
  },
  'a stream of 2^33 draws': {
    breaks: ({ random }) =>
      drawing((...[size, dtype, stream, ...rest]) => {
        const draws = new Float32Array(size);
        for (let i = 0; i < size; i++) {
          const wrapped = { ...stream, position: (stream.position + i) % 2 ** 33 };
          draws[i] = random!.dropoutMask(1, dtype, wrapped, ...rest)[0]!;
        }
        return draws;
      }),
    check: 'random dropoutMask, float32: anywhere in any stream',
    message: /^random dropoutMask of 133 .* from draw 858993455\d of /,
  },
  'draws of 32 bits': {
    breaks: ({ random }) =>
      drawing((...[size, dtype, stream, probability, kept]) =>
        random!.dropoutMask(size, dtype, stream, Math.round(probability * 2 ** 32) / 2 ** 32, kept),
      ),
    check: 'random dropoutMask, float64: any probability',
    message: /^random dropoutMask of 129 with probability 0\.\d+ from draw 0 of /,
  },
  'a draw that is below itself': {
    breaks: ({ random }) =>
      drawing((...[size, dtype, stream, probability, kept]) =>
        random!.dropoutMask(size, dtype, stream, probability + 2 ** -53, kept),
      ),
    check: 'random dropoutMask, float32: any probability',
    message: /^random dropoutMask of 129 with probability /,
  },
};
