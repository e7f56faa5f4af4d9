import { expect, it } from 'vitest';
import { crossOriginIsolated, navigator } from '../page.ts';

it('is a page of Chromium that may share memory with workers', () => {
  expect(navigator.userAgent).toMatch(/Chrome\/\d/);
  expect(crossOriginIsolated).toBe(true);
  expect(new SharedArrayBuffer(8).byteLength).toBe(8);
});
