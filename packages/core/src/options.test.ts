import { expect, expectTypeOf, it } from 'vitest';
import { readOptions, required } from './options.ts';
import type { Tensor } from './tensor.ts';

interface Options {
  readonly inputSize: number;
  readonly learningRate?: number | undefined;
  readonly batchFirst?: boolean | undefined;
  readonly initial?: Tensor | undefined;
}

const defaults = { inputSize: required, learningRate: 0.1, batchFirst: false, initial: undefined } as const;
const read = (options: object | undefined, path?: string) =>
  readOptions('layer', options as Options | undefined, defaults, path);

it('fills in defaults, for what is undefined too', () => {
  const complete = read({ inputSize: 3, batchFirst: undefined });
  expect(complete).toEqual({ inputSize: 3, learningRate: 0.1, batchFirst: false, initial: undefined });
  expectTypeOf(complete.inputSize).toEqualTypeOf<number>();
  expectTypeOf(complete.batchFirst).toEqualTypeOf<boolean>();
  expectTypeOf(complete.initial).toEqualTypeOf<Tensor | undefined>();
  expect(readOptions('f', undefined, {})).toEqual({});
});

/** An error of exactly this message. */
const refusal = (message: string) => expect.objectContaining({ name: 'OptionError', message });

const names = 'inputSize, learningRate, batchFirst, initial';

it.each([
  ['batchfirst', 'batchFirst'],
  ['lr', 'learningRate'],
  ['learning_rate', 'learningRate'],
  ['input_size', 'inputSize'],
  ['intial', 'initial'],
])('refuses %s, and names %s', (name, near) => {
  const message = `layer: ${name} is no option, expected one of ${names} (did you mean ${near}?)`;
  expect(() => read({ inputSize: 1, [name]: 1 })).toThrow(refusal(message));
});

it('refuses names with nothing near, those of every object, and those that are undefined', () => {
  const message = (name: string) => `layer: ${name} is no option, expected one of ${names}`;
  for (const name of ['momentum', 'constructor', '__proto__']) {
    const options = JSON.parse(`{ "inputSize": 1, "${name}": 1 }`);
    expect(() => read(options)).toThrow(refusal(message(name)));
  }
  expect(() => read({ inputSize: 1, momentum: undefined })).toThrow(refusal(message('momentum')));
  expect(() => readOptions('f', { x: 1 } as object, {})).toThrow(refusal('f: x is no option, expected none'));
});

it('misses what is required, and says where', () => {
  expect(() => read(undefined)).toThrow(refusal('layer: inputSize is missing; it has no default'));
  expect(() => read({}, 'inner')).toThrow(refusal('layer: inner.inputSize is missing; it has no default'));
  expect(() => read({ inputSize: 1, x: 1 }, 'inner')).toThrow('layer: inner.x is no option');
});

it.each([
  ['of class Map', new Map([['inputSize', 1]])],
  ['of class Array', [1]],
  ['a number', 1],
  ['a string', 'lr'],
  ['a function', () => 1],
])('refuses what is %s', (kind, value) => {
  const message = `layer: options is ${kind}, expected an object with options among ${names}`;
  expect(() => read(value as object)).toThrow(refusal(message));
});

it('takes objects with no prototype', () => {
  expect(read(Object.assign(Object.create(null), { inputSize: 2 })).inputSize).toBe(2);
});
