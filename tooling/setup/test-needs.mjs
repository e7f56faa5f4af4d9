import { provideChromium } from './chromium.mjs';
import { provideGl } from './gl.mjs';
import { provideRuntimes } from './runtimes.mjs';

/** What the tests of some folders need besides the packages; each in a file of its own here. */
const needs = [
  { folders: ['tests/browser', 'tests/bundlers', 'tooling/bench', 'tooling/report'], provide: provideChromium },
  { folders: ['tests/runtimes'], provide: provideRuntimes },
  {
    folders: ['apps/char-lm', 'packages/adapters/backend-gpujs', 'tooling/bench', 'tooling/golden'],
    provide: provideGl,
  },
];

/** Whether a run of the tests with these arguments may come to a folder: a filter is a part of a path. */
export function mayComeTo(/** @type {string} */ folder, /** @type {readonly string[]} */ args) {
  const filters = args.filter((argument) => !argument.startsWith('-'));
  return filters.length === 0 || filters.some((filter) => filter.includes(folder) || folder.includes(filter));
}

/** Provides what a run of the tests with these arguments needs. */
export async function provideForTests(/** @type {readonly string[]} */ args) {
  for (const { folders, provide } of needs) {
    if (folders.some((folder) => mayComeTo(folder, args))) await provide();
  }
}
