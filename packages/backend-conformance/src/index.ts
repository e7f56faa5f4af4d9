export { conformanceChecks } from './conformance-checks.ts';
export { type CheckContext, type ConformanceCheck, createCheckContext } from './kit/check.ts';
export { ConformanceError, defaultTolerances, type Tolerances } from './kit/compare.ts';
export { createReferenceBackend } from './reference/reference-backend.ts';
export { testBackend } from './test-backend.ts';
