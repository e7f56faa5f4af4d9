import { expect, it } from 'vitest';

/** The last argument, but for a name after it. */
type Last<Args extends readonly unknown[]> =
  Required<Args> extends readonly [...infer Before, infer Value]
    ? [Value] extends [string]
      ? Last<Before>
      : Value
    : never;

/** What stands in the last place of arguments and is no object of options. */
type Other =
  | string
  | number
  | boolean
  | symbol
  | readonly unknown[]
  | ArrayBufferView
  | ReadonlyMap<never, unknown>
  | Iterable<unknown>
  | AsyncIterable<unknown>
  | PromiseLike<unknown>
  | ((...args: never[]) => unknown)
  | { dispose(): void };

type IsOptions<Value> = [Value] extends [never]
  ? false
  : [Extract<NonNullable<Value>, Other>] extends [never]
    ? NonNullable<Value> extends object
      ? string extends keyof NonNullable<Value>
        ? false
        : true
      : false
    : false;

type LastArgument<Export> = Export extends abstract new (
  ...args: infer Args
) => infer Instance
  ? Instance extends Error
    ? never
    : Last<Args>
  : Export extends (...args: infer Args) => unknown
    ? Last<Args>
    : never;

/** The names of a package's functions and classes whose last argument is an object of named options. */
export type TakingOptions<Exports> = {
  [Name in keyof Exports]: IsOptions<LastArgument<Exports[Name]>> extends true ? Name : never;
}[keyof Exports] &
  string;

/**
 * Tests that everything in a package that takes options refuses a name that it does not know. The compiler misses what is exported and not in the table.
 * @param calls valid calls with the given options besides their own
 * @example
 * testOptions<typeof layers>({ Linear: (more) => new Linear(device, { inputSize: 1, outputSize: 1, ...more }) });
 */
export function testOptions<Exports, Besides extends string = never>(
  calls: Readonly<Record<Exclude<TakingOptions<Exports>, Besides>, (more: object) => unknown>>,
): void {
  it.each(Object.entries<(more: object) => unknown>(calls))(
    '%s refuses options that it does not know',
    async (_, call) => {
      const run = async (more: object) => call(more);
      await run({});
      await expect(run({ unheardOf: 1 })).rejects.toThrow(/^\w+: ([\w[\].]+\.)?unheardOf is no option, expected /);
    },
  );
}
