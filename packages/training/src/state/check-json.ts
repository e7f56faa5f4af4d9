import { OptionError, visible } from '@sluice/core';
import type { Json } from '../json.ts';

/** Deeper than any configuration, and far from the end of the stack of who reads it. */
const maximumDepth = 100;
/** In all; what a header of a safetensors file has room for, however it is escaped. */
const maximumCharacters = 2 ** 24;

/** @throws OptionError naming the part of a value that JSON would lose or change, or refuse to write */
export function checkJson(operation: string, argument: string, value: unknown): asserts value is Json {
  let characters = 0;
  const around = new Set<object>();
  const refuse = (path: string, got: string, expected = 'what JSON can hold') => {
    throw new OptionError({ operation, argument: path, got, expected });
  };
  const count = (path: string, more: number) => {
    characters += more;
    if (characters > maximumCharacters) {
      refuse(argument, `is too large, at ${path}`, `at most ${maximumCharacters} characters of JSON`);
    }
  };
  const visit = (path: string, part: unknown) => {
    if (typeof part === 'string') return count(path, part.length + 2);
    count(path, 4);
    if (part === null || typeof part === 'boolean') return;
    if (typeof part === 'number')
      return Number.isFinite(part) ? undefined : refuse(path, `is ${part}`, 'a finite number');
    if (typeof part !== 'object') return refuse(path, part === undefined ? 'is undefined' : `is a ${typeof part}`);
    if (around.has(part)) refuse(path, 'holds itself');
    if (around.size === maximumDepth) refuse(argument, 'is nested too deeply', `at most ${maximumDepth} levels`);
    around.add(part);
    if (Array.isArray(part)) for (let i = 0; i < part.length; i++) visit(`${path}[${i}]`, part[i]);
    else visitObject(path, part);
    around.delete(part);
  };
  const visitObject = (path: string, part: object) => {
    const prototype: object | null = Object.getPrototypeOf(part);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      refuse(path, `is of class ${prototype.constructor?.name}`);
    }
    if (typeof (part as { toJSON?: unknown }).toJSON === 'function') refuse(`${path}.toJSON`, 'is a function');
    if (Object.getOwnPropertySymbols(part).length > 0) refuse(path, 'has a symbol for a key');
    for (const [key, entry] of Object.entries(part)) {
      if (key === '__proto__') refuse(path, 'has the key "__proto__"');
      count(path, key.length + 4);
      visit(`${path}.${visible(key.slice(0, 40))}`, entry);
    }
  };
  visit(argument, value);
}
