import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstModel } from './folder.ts';
import { makeFolder } from './testing/support.ts';

test('of several folders the first one that holds a model is taken', () => {
  const root = makeFolder();
  const folders = ['full', 'quick', 'small'].map((name) => join(root, name));
  expect(firstModel(folders)).toBeUndefined();
  for (const i of [2, 1]) {
    mkdirSync(folders[i]!);
    writeFileSync(join(folders[i]!, 'config.json'), '{}');
    mkdirSync(folders[0]!, { recursive: true });
    expect(firstModel(folders)).toBe(folders[i]);
  }
});
