import type { Backend } from '@sluice/core';
import type { CheckContext, ConformanceCheck } from './check.ts';
import { ConformanceError, restate } from './compare.ts';
import type { ConformanceOptions } from './options.ts';

/** Why a check does not apply, if it does not. */
export function skipReason(
  { name, dtypes, kernel }: ConformanceCheck,
  backend: Backend,
  { skip = {} }: ConformanceOptions,
): string | undefined {
  const missing = [...new Set(dtypes)].filter((dtype) => !backend.supports(dtype));
  if (missing.length > 0) return `the backend does not support ${missing.join(', ')}`;
  if (kernel?.isIn(backend) === false) return `optional: the backend has no ${kernel.name}, which is composed instead`;
  return Object.entries(skip).find(([start]) => name.startsWith(start))?.[1];
}

/**
 * Runs a check. What it throws says where to read on.
 * @throws ConformanceError, whatever the backend threw
 */
export async function runCheck(check: ConformanceCheck, context: CheckContext): Promise<void> {
  try {
    await check.run(context);
  } catch (error) {
    const text = error instanceof ConformanceError ? error.message : `${check.name}: threw ${String(error)}`;
    throw restate(error, `${text}\n${help(check, context)}`);
  }
}

/** Where to read on; the first word of a check's name is the method. */
function help({ name, kernel }: ConformanceCheck, { backend, reference }: CheckContext): string {
  if (kernel) return `What it must do: ${kernel.definition}.`;
  const [method] = /^\w*/.exec(name) as RegExpExecArray;
  if (!(method in reference)) return `This is the check "${name}".`;
  if (!(method in backend)) return `The backend has no ${method} yet: write it.`;
  return `What ${method} must do: its comment in Backend of @sluice/core, and the one loop of ${method} in createReferenceBackend.`;
}
