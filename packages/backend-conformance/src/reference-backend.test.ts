import { createReferenceBackend } from './reference/reference-backend.ts';
import { testBackend } from './vitest.ts';

testBackend(createReferenceBackend);
