import type { Backend } from './backend.ts';
import { OptionError, refuse } from './errors.ts';
import { kindOf } from './kind-of.ts';

const needed = ['supports', 'upload', 'download', 'free', 'fill'] as const satisfies readonly (keyof Backend)[];

/** @throws OptionError unless `backend` is one: for a promise of one, what makes one, and an object without the least that a device needs. */
export function checkIsBackend(operation: string, backend: Backend): void {
  const missing = needed.filter((name) => typeof backend?.[name] !== 'function');
  if (missing.length === 0) return;
  refuse(
    OptionError,
    operation,
    'backend',
    `is ${kindOf(backend)} without ${missing.join(', ')}`,
    'a backend, such as createJsBackend()',
  );
}
