import { FormatError } from '@sluice/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** @throws FormatError, which starts with `source`: the bytes are not UTF-8 or not JSON, or a key is `__proto__` */
export function parseJson(bytes: Uint8Array, source: string): unknown {
  const refuse = (key: string, value: unknown) => {
    if (key === '__proto__') throw new SyntaxError('the key "__proto__" is refused');
    return value;
  };
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), refuse);
  } catch (cause) {
    throw new FormatError(`${source}: is malformed JSON: ${(cause as Error).message}`, { cause });
  }
}

/** @throws FormatError that names source and field, one line for each problem */
export async function validate<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  value: unknown,
  source: string,
): Promise<Output> {
  const result = await schema['~standard'].validate(value);
  if (!result.issues) return result.value;
  const lines = result.issues.map(({ message, path = [] }) => {
    const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
    return `${[source, ...(keys.length > 0 ? [keys.join('.')] : [])].join(': ')}: ${message}`;
  });
  throw new FormatError(lines.join('\n'));
}
