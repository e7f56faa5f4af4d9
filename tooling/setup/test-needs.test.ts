import { expect, it } from 'vitest';
import { mayComeTo } from './test-needs.mjs';

it('a run comes to a folder if it has no filter, or one for the folder, what holds it or what it holds', () => {
  const come = [[], ['--reporter=dot'], ['tests'], ['browser'], ['packages/core', 'tests/browser/src/isolated']];
  for (const args of come) expect(mayComeTo('tests/browser', args), args.join(' ')).toBe(true);
});

it('a run with filters for other folders does not', () => {
  for (const args of [['packages/core'], ['--reporter=dot', 'backend-wasm'], ['tests/bundlers']]) {
    expect(mayComeTo('tests/browser', args), args.join(' ')).toBe(false);
  }
});
