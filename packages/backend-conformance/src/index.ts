export { checkBackend } from './check-backend.ts';
export { conformanceChecks } from './conformance-checks.ts';
export { type CheckContext, type ConformanceCheck, createCheckContext } from './kit/check.ts';
export { ConformanceError, defaultTolerances, type Tolerances } from './kit/compare.ts';
export type { OptionalKernel } from './kit/optional-kernels.ts';
export type { ConformanceOptions } from './kit/options.ts';
export type { ConformanceReport } from './kit/report.ts';
export { createReferenceBackend } from './reference/reference-backend.ts';
