import { describe, expect, it } from 'vitest';
import { chromiumArguments, mayNeedChromium } from './chromium.mjs';

describe('mayNeedChromium', () => {
  it('is true of all tests and of those in Chromium', () => {
    for (const args of [[], ['--reporter=dot'], ['tests'], ['browser'], ['packages/core', 'tests/browser/src']]) {
      expect(mayNeedChromium(args), args.join(' ')).toBe(true);
    }
  });

  it('is false of tests elsewhere', () => {
    expect(mayNeedChromium(['packages/core'])).toBe(false);
    expect(mayNeedChromium(['--reporter=dot', 'backend-wasm'])).toBe(false);
  });
});

it('the sandbox is left out for root alone', () => {
  expect(chromiumArguments.includes('--no-sandbox')).toBe(process.getuid?.() === 0);
});
