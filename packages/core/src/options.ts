import { OptionError } from './errors.ts';
import { minimumOf } from './extremes.ts';

/** In the place of a default: the option must be given. */
export const required: unique symbol = Symbol('required');

/** For each option its default: a value, `undefined` for none, or `required`. The compiler misses a name that is not there. */
export type Defaults<Options extends object> = {
  readonly [Name in keyof Options]-?: undefined extends Options[Name] ? Options[Name] : typeof required;
};

/** Options with none left out. */
export type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** Options with their defaults filled in; only one whose default is `undefined` may be that. */
export type WithDefaults<Options extends object, Given extends Defaults<Options>> = {
  readonly [Name in keyof Options]-?: undefined extends Given[Name] ? Options[Name] : Complete<Options>[Name];
};

/**
 * Fills in defaults, and refuses what is no option. One that is `undefined` counts as not given.
 *
 * The defaults say which options there are, so no other list of names is kept. Values are not looked at.
 * @param operation the public function or class that the user called; begins the messages
 * @param options what the user passed; `undefined` means none
 * @param path of the object among the arguments, e.g. `validate`. Default: that of a call's own options
 * @throws OptionError for a name that is no option, with the nearest that is; for one that is required and missing; and for anything but a plain object
 * @example
 * function scale(x: Tensor, options?: { readonly factor?: number | undefined }) {
 *   const { factor } = readOptions('scale', options, { factor: 2 });
 *   return multiply(x, factor);
 * }
 */
export function readOptions<Options extends object, const Given extends Defaults<Options>>(
  operation: string,
  options: Options | undefined,
  defaults: Given,
  path = '',
): WithDefaults<Options, Given> {
  const known = Object.keys(defaults);
  const given = checkPlain(operation, options ?? {}, known, path);
  const prefix = path && `${path}.`;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(defaults, name)) continue;
    const near = nearest(name, known);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    const expected = `${known.length === 0 ? 'none' : `one of ${known.join(', ')}`}${hint}`;
    throw new OptionError({ operation, argument: `${prefix}${name}`, got: 'is no option', expected });
  }
  const complete: Record<string, unknown> = {};
  for (const [name, preset] of Object.entries(defaults)) {
    const value = given[name];
    if (value === undefined && preset === required) {
      throw new OptionError(`${operation}: ${prefix}${name} is missing; it has no default`);
    }
    complete[name] = value === undefined ? preset : value;
  }
  return complete as WithDefaults<Options, Given>;
}

/** Instances of classes are no options: a tensor or a map in their place is an argument that went astray. */
function checkPlain(operation: string, options: object, known: readonly string[], path: string) {
  const prototype: object | null = typeof options === 'object' ? Object.getPrototypeOf(options) : options;
  // The prototype of objects of another realm is another object, with none of its own either.
  if (prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null)) {
    return options as Readonly<Record<string, unknown>>;
  }
  const kind = typeof options === 'object' ? `of class ${prototype.constructor.name}` : `a ${typeof options}`;
  const expected = `an object with options${known.length === 0 ? '' : ` among ${known.join(', ')}`}`;
  throw new OptionError({ operation, argument: path || 'options', got: `is ${kind}`, expected });
}

/** The known name that was most likely meant: an abbreviation's full form, or the fewest edits away. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const full = known.find((candidate) => abbreviates(lower, candidate.toLowerCase()));
  if (full !== undefined) return full;
  const distances = known.map((candidate) => editDistance(lower, candidate.toLowerCase()));
  const least = minimumOf(distances);
  return least <= Math.max(2, name.length / 2) ? known[distances.indexOf(least)] : undefined;
}

/** Whether the letters of `short` stand in `long` in their order, the first of them first. */
function abbreviates(short: string, long: string): boolean {
  if (short[0] !== long[0]) return false;
  let found = 0;
  for (const letter of long) if (letter === short[found]) found++;
  return found === short.length;
}

/** Levenshtein 1966, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
    }
    row = next;
  }
  return row[b.length]!;
}
