import tseslint from 'typescript-eslint';
import { noSpreadArguments } from './tooling/check/no-spread-arguments.mjs';

/** An optional property of a type that does not end in `| undefined`. */
const exactOptional =
  'TSPropertySignature[optional=true] > TSTypeAnnotation > :not(TSUnionType:has(> TSUndefinedKeyword), TSUnknownKeyword, TSUndefinedKeyword)';

/** Declarations of what engines and gpu.js have. */
const namesOfThePlatform = [
  'packages/core/src/platform.ts',
  'packages/adapters/backend-gpujs/src/gpu-js.ts',
  'packages/adapters/backend-wasm/src/{web-assembly,threads/*}.ts',
];

// Biome formats and lints; ESLint adds only the rules that need types, and the limit on the length of a file.
export default [
  // AssemblyScript's dialect has decorators on functions, which no parser of TypeScript takes.
  { ignores: ['**/dist/', '**/coverage/', '**/backend-wasm/assembly/*.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['{packages,apps,tooling,tests}/**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['{packages,apps,tooling,tests}/**/*.{ts,mjs,js}'],
    plugins: { sluice: { rules: { 'no-spread-arguments': noSpreadArguments } } },
    rules: { 'sluice/no-spread-arguments': 'error' },
  },
  {
    // What a test spreads, it has written down.
    files: ['{packages,apps,tooling}/**/*.test.ts', '**/src/testing/**', 'tests/**'],
    rules: { 'sluice/no-spread-arguments': 'off' },
  },
  {
    // One rule for users with and without exactOptionalPropertyTypes: what may be left out may be undefined.
    files: ['packages/**/src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/src/testing/**', '**/src/generated/**', ...namesOfThePlatform],
    rules: { 'no-restricted-syntax': ['error', { selector: exactOptional, message: 'Write "name?: T | undefined".' }] },
  },
  {
    files: ['{packages,apps,tooling,tests}/**/*.{ts,mjs,js}'],
    rules: { 'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }] },
  },
];
