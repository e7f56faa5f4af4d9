import { FormatError } from '@sluice/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** More than configurations and preprocessing have, and far from where engines run out of stack. */
const deepest = 100;

/** @throws FormatError, which starts with `source`: the bytes are not UTF-8 or not JSON, nest too deeply, or hold what no JSON is made of here */
export function readJson(bytes: Uint8Array, source: string): unknown {
  try {
    checkDepth(bytes);
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    checkValues(value);
    return value;
  } catch (cause) {
    throw new FormatError(`${source}: is malformed JSON: ${(cause as Error).message}`, { cause });
  }
}

function checkValues(value: unknown): void {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw new SyntaxError('a number is beyond the range of float64');
  }
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const entry of value) checkValues(entry);
    return;
  }
  if (Object.hasOwn(value, '__proto__')) throw new SyntaxError('the key "__proto__" is refused');
  for (const entry of Object.values(value)) checkValues(entry);
}

/** Brackets inside texts count only where they do no harm: between quotes none is looked at. */
function checkDepth(bytes: Uint8Array): void {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) inText = !inText;
    else if (inText) {
      if (byte === 0x5c) i++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > deepest) throw new SyntaxError(`byte ${i} is nested deeper than ${deepest} levels`);
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
}

/** @throws FormatError that names source and field, one line for each problem */
export async function validate<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
  source: string,
): Promise<Output> {
  const result = await schema['~standard'].validate(value);
  if (result.issues) throw problemsOf(result.issues, source);
  return result.value;
}

const mostProblems = 20;
const longestProblem = 300;

/** What schemas tell: a part of a path is a key, or an object that has one. */
interface Problem {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
}

/** An error that names source and field, one line for each problem. */
export function problemsOf(issues: readonly Problem[], source: string): FormatError {
  const lines = issues.slice(0, mostProblems).map(({ message, path = [] }) => {
    const keys = path.map((part) =>
      String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part),
    );
    const text = message.length > longestProblem ? `${message.slice(0, longestProblem)}...` : message;
    return [source, ...(keys.length > 0 ? [shorten(keys.join('.'))] : []), text].join(': ');
  });
  if (issues.length > mostProblems) lines.push(`and ${issues.length - mostProblems} more`);
  return new FormatError(lines.join('\n'));
}

function shorten(path: string): string {
  return path.length > 80 ? `${path.slice(0, 80)}...` : path;
}
