import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const source = '@sluice/source';

export default defineConfig({
  resolve: { conditions: [source, ...defaultServerConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    include: ['{packages,apps,tooling}/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    setupFiles: ['./tooling/vitest/silent-console.ts'],
    reporters: ['default', './tooling/vitest/summary-reporter.ts'],
    testTimeout: 30_000,
  },
});
