import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { smallFolder } from './folder.ts';
import { makeFolder, run } from './testing/support.ts';

/** Shares in percent: [this model, most frequent tag] of words and of unknown words. */
function sharesIn(text: string): number[][] {
  const lines = text.matchAll(/^(?:words|unknown words .*?) +([\d.]+) % +([\d.]+) %$/gm);
  return Array.from(lines, ([, model, baseline]) => [Number(model), Number(baseline)]);
}

test('the small model that comes with the app tags the test part as its card says', async () => {
  const { exitCode, stdout } = await run(['evaluate', '--model', smallFolder]);
  expect(exitCode).toBe(0);
  const [words, unknown] = sharesIn(stdout);
  const [, onCard] = readFileSync(join(smallFolder, 'README.md'), 'utf8').match(/^\| words \| ([\d.]+) % \|/m) ?? [];
  expect(Math.abs(words![0]! - Number(onCard))).toBeLessThan(0.05);
  expect(words![0]).toBeGreaterThan(words![1]! + 3);
  expect(unknown![0]).toBeGreaterThan(unknown![1]! + 30);
}, 180_000);

test('a quick training beats the most frequent tag clearly', async () => {
  const out = join(makeFolder(), 'model');
  const { exitCode, stdout } = await run(['train', '--quick', '--out', out]);
  expect(exitCode).toBe(0);
  const [words, unknown] = sharesIn(stdout);
  expect(words![0]).toBeGreaterThan(words![1]! + 5);
  expect(unknown![0]).toBeGreaterThan(unknown![1]! + 40);
}, 300_000);
