import { checkGiven } from './check-given.ts';
import { OptionError, refuse } from './errors.ts';
import { kindOf } from './kind-of.ts';

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
 * The defaults say which options there are, so no other list of names is kept. Of values it looks at those alone whose default is true or false.
 * @param operation the public function or class that the user called; begins the messages
 * @param options what the user passed; `undefined` means none
 * @param path of the object among the arguments, e.g. `validate`. Default: that of a call's own options
 * @throws OptionError for a name that is no option, with the nearest that is; for one that is required and missing; for a switch that is
 *   neither true nor false; and for anything but a plain object
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
  const given = checkPlain(operation, options ?? {}, defaults, path);
  const complete: Record<string, unknown> = { ...defaults };
  const prefix = path && `${path}.`;
  for (const name of Object.keys(given)) {
    const value = given[name];
    if (!Object.hasOwn(defaults, name)) {
      refuse(OptionError, operation, prefix + name, 'is no option', namesLike(name, Object.keys(defaults)));
    }
    if (value === undefined) continue;
    if (typeof complete[name] === 'boolean') {
      checkGiven(typeof value === 'boolean', operation, prefix + name, value, 'true or false');
    }
    complete[name] = value;
  }
  for (const name in complete) {
    if (complete[name] === required) {
      throw new OptionError(`${operation}: ${prefix}${name} is missing; it has no default`);
    }
  }
  return complete as WithDefaults<Options, Given>;
}

/** The options with these names alone, e.g. those of a layer that are its cells'. */
export function partOf<Part extends object>(options: Part, defaults: Defaults<Part>): Part {
  return Object.fromEntries(Object.keys(defaults).map((name) => [name, options[name as keyof Part]])) as Part;
}

/** Instances of classes are no options: a tensor or a map in their place is an argument that went astray. */
function checkPlain(operation: string, options: object, defaults: object, path: string) {
  const prototype: object | null = typeof options === 'object' ? Object.getPrototypeOf(options) : options;
  // The prototype of objects of another realm is another object, with none of its own either.
  if (prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null)) {
    return options as Readonly<Record<string, unknown>>;
  }
  const known = Object.keys(defaults);
  refuse(
    OptionError,
    operation,
    path || 'options',
    `is ${kindOf(options)}`,
    `an object with options${known.length === 0 ? '' : ` among ${known.join(', ')}`}`,
  );
}

/** The known names, and which of them was most likely meant. */
function namesLike(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'none';
  const nearest = known.reduce((best, other) => (likeness(name, other) > likeness(name, best) ? other : best));
  return `one of ${known.join(', ')}${likeness(name, nearest) < 0.5 ? '' : ` (did you mean ${nearest}?)`}`;
}

/** From 0 to 1: by letters in the same order (the longest common subsequence), with 1 for abbreviations. */
function likeness(name: string, known: string): number {
  const [short, long] = [name.toLowerCase(), known.toLowerCase()];
  let row = new Array<number>(long.length + 1).fill(0);
  for (const letter of short) {
    const next = [0];
    for (let j = 0; j < long.length; j++) {
      next.push(letter === long[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    }
    row = next;
  }
  const common = row.at(-1)!;
  if (common === short.length && short[0] === long[0]) return 1;
  return (2 * common) / (short.length + long.length);
}
