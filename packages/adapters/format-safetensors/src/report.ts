import { FormatError } from '@sluice/core';

/** @throws FormatError that names the source, the byte and what is wrong there */
export function fail(source: string, offset: number, problem: string): never {
  throw new FormatError(`${source}: byte ${offset}: ${problem}`);
}

/** A text from a file for a message: in quotes, without control characters, cut when long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
