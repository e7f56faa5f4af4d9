import { testBackend } from '@sluice/backend-conformance/vitest';
import { createArrayBackend } from './backend.ts';

testBackend(createArrayBackend, { dtypes: ['float32', 'float64', 'int32', 'bool'], optional: [] });
