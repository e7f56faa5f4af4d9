import { bytesPerElement, isFloat, type RandomKernels } from '@sluice/core';
import type { Machine } from './machine.ts';
import { addressOf, type WasmStorage } from './storage.ts';

/** Ten rounds of a block make two draws. */
const operationsPerElement = 20;

/** Random numbers that are drawn where they are used. */
export function randomKernels(machine: Machine): RandomKernels<WasmStorage> {
  return {
    supports: isFloat,

    dropoutMask(size, dtype, { key, position }, probability, kept) {
      const y = machine.make(dtype, size);
      // A draw is a whole number of 2^-53.
      const limit = Math.ceil(probability * 2 ** 53);
      const given = [addressOf(y), size, bytesPerElement(dtype), ...key, position, limit, kept];
      machine.run('dropoutMask', given, machine.parts(operationsPerElement * size));
      return y;
    },
  };
}
