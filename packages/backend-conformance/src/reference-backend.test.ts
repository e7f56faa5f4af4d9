import { createReferenceBackend } from './reference/reference-backend.ts';
import { testBackend } from './test-backend.ts';

testBackend(createReferenceBackend);
