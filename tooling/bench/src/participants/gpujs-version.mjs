import { createRequire } from 'node:module';

/** @type {string} */
export const gpujsVersion = createRequire(import.meta.url)('gpu.js/package.json').version;
