import { IndexError, type Problem, SluiceError } from './errors.ts';
import type { Shape } from './shape.ts';

/** How a public function calls what the operations inside call otherwise. */
export interface PublicNames {
  /** What the user called, e.g. `crossEntropy`. */
  readonly operation: string;
  /** For each argument inside the user's own, e.g. `{ indices: 'targets' }`; an error about any other stays as it is. */
  readonly names: Readonly<Record<string, string>>;
  /** What an index may be, where the user may give more than the operation inside takes. Default: what that says. */
  readonly expected?: string | undefined;
  /** Shape of the argument where the operation inside counts its elements in one row: `[5]` of [2, 3] becomes `[1][2]`. */
  readonly shape?: Shape | undefined;
}

type Retell = (error: unknown) => unknown;

const asItIs: Retell = (error) => error;

// Operations are synchronous, so what is current while one runs is the same for all devices.
let current = asItIs;

/**
 * Runs `work`, synchronous, whose errors tell of the arguments that the user gave: `gather: indices[7] is 9` reads `crossEntropy: targets[3][1] is 9`.
 * Calls nest, and the outermost has the last word. Errors that name no argument, or none of these, pass as they are.
 */
export function withPublicNames<R>(names: PublicNames, work: () => R): R {
  const outer = current;
  current = (error) => outer(retold(error, names));
  try {
    return work();
  } catch (error) {
    throw retold(error, names);
  } finally {
    current = outer;
  }
}

/**
 * The names of now, for a backend that finds a wrong index later: it takes them at the call of the kernel, and passes its error through them before
 * it rejects a download with it.
 */
export function publicNames(): (error: unknown) => unknown {
  return current;
}

function retold(error: unknown, { operation, names, expected, shape }: PublicNames): unknown {
  if (!(error instanceof SluiceError) || error.problem === undefined) return error;
  const { problem } = error;
  const [inner] = /^\w*/.exec(problem.argument) as unknown as [string];
  if (!Object.hasOwn(names, inner)) return error;
  const place = problem.argument.slice(inner.length);
  const told: Problem = {
    operation,
    argument: `${names[inner]}${shape ? placeIn(shape, place) : place}`,
    got: problem.got,
    expected: error instanceof IndexError && expected !== undefined ? expected : problem.expected,
  };
  const kind = error.constructor as new (problem: Problem, options: ErrorOptions) => SluiceError;
  return new kind(told, { cause: error.cause ?? error });
}

/** The place `[n]` in a row of all elements as one index per axis; any other as it is. */
function placeIn(shape: Shape, place: string): string {
  const [, position] = /^\[(\d+)\]$/.exec(place) ?? [];
  if (position === undefined) return place;
  let rest = Number(position);
  return shape.reduceRight((text, length) => {
    const index = rest % length;
    rest = Math.floor(rest / length);
    return `[${index}]${text}`;
  }, '');
}
