import { testBackend } from '@sluice/backend-conformance';
import { createJsBackend } from './backend-js.ts';

testBackend(() => createJsBackend());
