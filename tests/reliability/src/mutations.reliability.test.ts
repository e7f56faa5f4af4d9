import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '@sluice/core';
import { afterAll, expect, it } from 'vitest';
import { loaders } from './loaders.ts';
import { isRefusal, watch } from './watch.ts';

const folder = mkdtempSync(join(tmpdir(), 'mutations-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mutations = 1000;
const mebibyte = 2 ** 20;
const telling = new TextEncoder().encode('{}[]",:;\'\n\r\t 0129-+.eE\\>*/#');

/** Bytes changed, put in, left out, doubled or cut off, at one to four places. */
function mutate(good: Uint8Array, random: Random): Uint8Array {
  const bytes = [...good];
  const times = random.integer(1, 5);
  for (let i = 0; i < times; i++) {
    const at = random.integer(0, bytes.length + 1);
    const value = random.next() < 0.5 ? random.integer(0, 256) : telling[random.integer(0, telling.length)]!;
    const end = Math.min(bytes.length, at + random.integer(1, 9));
    const kind = random.integer(0, 10);
    if (kind < 4) bytes[Math.min(at, Math.max(0, bytes.length - 1))] = value;
    else if (kind < 6) bytes.splice(at, 0, value);
    else if (kind < 8) bytes.splice(at, end - at);
    else if (kind < 9) bytes.splice(at, 0, ...bytes.slice(at, end));
    else bytes.length = Math.min(at, bytes.length);
  }
  return Uint8Array.from(bytes);
}

let [slowest, largest] = [0, 0];

it.each(loaders.map((loader) => [loader.name, loader] as const))(
  `${mutations} mutations of %s are read or refused`,
  { timeout: 240_000 },
  async (name, { good, load }) => {
    const sample = await good();
    const path = join(folder, name.replaceAll(/\W/g, '-'));
    expect(await watch(() => load(sample, path))).toMatchObject({ error: undefined });
    const random = new Random(7);
    let refused = 0;
    for (let round = 0; round < mutations; round++) {
      const bytes = mutate(sample, random);
      const { error, milliseconds, bytes: taken } = await watch(() => load(bytes, path));
      if (error !== undefined) refused++;
      expect(error === undefined || isRefusal(error), `mutation ${round}: ${String(error)}`).toBe(true);
      [slowest, largest] = [Math.max(slowest, milliseconds), Math.max(largest, taken)];
    }
    // A loader that refuses nothing looks at nothing.
    expect(refused).toBeGreaterThan(0);
    expect(largest).toBeLessThan(64 * mebibyte);
  },
);

it('and so they are told of', async ({ annotate }) => {
  const figures = `slowest ${Math.ceil(slowest)} ms of CPU, most ${Math.ceil(largest / mebibyte)} MiB`;
  await annotate(
    `${mutations} mutations of each of ${loaders.length} loaders: no crash, all refusals typed; ${figures}`,
    'figure',
  );
});
