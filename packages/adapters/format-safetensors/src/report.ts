import { FormatError } from '@sluice/core';

/** @throws FormatError that names the source, the byte and what is wrong there */
export function fail(source: string, offset: number, problem: string): never {
  throw new FormatError(`${source}: byte ${offset}: ${problem}`);
}
