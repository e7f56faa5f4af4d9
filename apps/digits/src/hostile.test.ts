import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AppError } from './errors.ts';
import { readImage } from './read-image.ts';
import { hostilePictures } from './testing/hostile.ts';
import { makeFolder } from './testing/support.ts';

const folder = makeFolder();
const mebibyte = 2 ** 20;

it.each(Object.entries(hostilePictures))('a picture %s is refused, in little memory', async (name, content) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  const before = process.memoryUsage();
  const error = await readImage(path).catch((reason: unknown) => reason);
  const after = process.memoryUsage();
  expect(error).toBeInstanceOf(AppError);
  expect((error as Error).message).toContain(name);
  expect((error as Error).message.length).toBeLessThan(400);
  expect(/\p{Cc}/u.test((error as Error).message)).toBe(false);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(32 * mebibyte);
});

it.each(['/dev/zero', '/dev/null'])('%s is no picture', async (path) => {
  await expect(readImage(path)).rejects.toThrow(`${path}: cannot be read: is a device or a pipe`);
});

it('and so they are told of', async ({ annotate }) => {
  await annotate(`${Object.keys(hostilePictures).length} hostile pictures refused by the app digits`, 'figure');
});
