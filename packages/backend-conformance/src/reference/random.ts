import { createDataArray, type DataArray, Random, type RandomKernels } from '@sluice/core';

/** The definition, draw by draw. */
export const random: RandomKernels<DataArray> = {
  supports: () => true,

  dropoutMask(size, dtype, stream, probability, kept) {
    const draws = new Random(stream).uniform(size);
    const mask = createDataArray(dtype, size);
    for (let i = 0; i < size; i++) mask[i] = draws[i]! < probability ? 0 : kept;
    return mask;
  },
};
