import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { chromiumArguments, findChromium } from './tooling/setup/chromium.mjs';

const source = '@sluice/source';
const serverConditions = [source, ...defaultServerConditions];
const common = { setupFiles: ['./tooling/vitest/silent-console.ts'], testTimeout: 30_000 };

const node: TestProjectInlineConfiguration = {
  resolve: { conditions: serverConditions },
  ssr: { resolve: { conditions: serverConditions } },
  test: {
    ...common,
    name: 'node',
    include: ['{packages,apps,tooling,tests/agreement,tests/reliability}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
};

/** The tests that take the packages as users do. */
const built: TestProjectInlineConfiguration = {
  test: {
    ...common,
    name: 'built',
    setupFiles: [...common.setupFiles, './tooling/vitest/require-build.ts'],
    include: ['tests/{bundlers,packed,runtimes}/src/*.test.ts'],
    globalSetup: ['./tooling/vitest/build.ts'],
  },
};

const executablePath = await findChromium();

/** The tests of a folder, in Chromium; skipped in Node where there is none. */
function inChromium(folder: string, headers: Record<string, string>): TestProjectInlineConfiguration {
  const test = { ...common, name: `chromium, ${folder}`, include: [`tests/browser/src/${folder}/*.test.ts`] };
  if (executablePath === undefined) {
    return { ...node, test: { ...test, setupFiles: ['./tests/browser/src/skip-without-chromium.ts'] } };
  }
  return {
    server: { headers },
    resolve: { conditions: [source, ...defaultClientConditions] },
    // What globalSetup imports.
    environments: { __vitest__: { resolve: { conditions: serverConditions } } },
    // Found out while tests run, it would make them start again.
    optimizeDeps: { include: ['@sluice/backend-conformance > fast-check'] },
    test: {
      ...test,
      globalSetup: ['./tests/browser/src/node-reference.ts'],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath, args: chromiumArguments } }),
        instances: [{ browser: 'chromium' }],
      },
    },
  };
}

export default defineConfig({
  test: {
    reporters: ['default', './tooling/vitest/summary-reporter.ts'],
    projects: [
      node,
      built,
      inChromium('isolated', {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      }),
      inChromium('not-isolated', {}),
    ],
  },
});
