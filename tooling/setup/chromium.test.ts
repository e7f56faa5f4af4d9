import { expect, it } from 'vitest';
import { chromiumArguments } from './chromium.mjs';

it('the sandbox is left out for root alone', () => {
  expect(chromiumArguments.includes('--no-sandbox')).toBe(process.getuid?.() === 0);
});
