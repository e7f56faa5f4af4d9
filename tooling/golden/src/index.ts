export { checkGoldenFile } from './golden-file.ts';
export { compareFile } from './report.ts';
