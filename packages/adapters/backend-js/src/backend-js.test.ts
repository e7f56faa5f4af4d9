import { testBackend } from '@sluice/backend-conformance/vitest';
import { createJsBackend } from './backend-js.ts';

testBackend(() => createJsBackend(), { optional: [] });
