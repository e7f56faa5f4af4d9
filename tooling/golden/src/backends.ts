import { createJsBackend } from '@sluice/backend-js';
import type { Backend } from '@sluice/core';

/** What is compared with the golden values. A new backend is one line. */
export const backends: readonly (() => Backend)[] = [createJsBackend];
