import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors } from '@sluice/format-safetensors';
import { LSTM } from '@sluice/layers';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pending } from './files.ts';
import { defineModel } from './index.ts';
import { checkFolder, loadModel, saveModel } from './node.ts';
import { createDevice, createParts, definition, Scale } from './testing/support.ts';

let root: string;
let folder: string;
const device = createDevice();
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-model-'));
  folder = join(root, 'models', 'one');
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const load = () => loadModel(folder, definition, device);
const names = ['README.md', 'config.json', 'model.safetensors', 'preprocessing.json'];

async function expectModel(loading: ReturnType<typeof load>, parts: ReturnType<typeof createParts>): Promise<void> {
  const { model, config, preprocessing } = await loading;
  expect(await model.stateDict()).toEqual(await parts.model.stateDict());
  expect(model.training).toBe(false);
  expect(config).toEqual(parts.config);
  expect(preprocessing.scale).toEqual(parts.preprocessing.scale);
  expect(preprocessing.scale).toBeInstanceOf(Scale);
  model.dispose();
}

it('saves four files and loads them again, over an older save too', async () => {
  for (const parts of [createParts(1), createParts(2, 5)]) {
    await saveModel(folder, definition, parts);
    expect((await readdir(folder)).sort()).toEqual(names);
    await expectModel(load(), parts);
  }
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('| error | 0.1 °C |');
});

it('keeps other files of the folder', async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.html'), 'mine');
  await saveModel(folder, definition, createParts(1));
  await saveModel(folder, definition, createParts(2));
  expect(await readFile(join(folder, 'report.html'), 'utf8')).toBe('mine');
});

describe('a save that fails', () => {
  it('leaves the last one, wherever it stops', async () => {
    const parts = createParts(1);
    await saveModel(folder, definition, parts);
    for (const blocked of [
      pending('model.safetensors'),
      pending('preprocessing.json'),
      pending('README.md'),
      'config.json',
    ]) {
      const copy = join(root, 'copy');
      await cp(folder, copy, { recursive: true });
      // A folder with something in it can be neither replaced nor removed by a rename.
      await rm(join(copy, blocked), { force: true });
      await mkdir(join(copy, blocked, 'x'), { recursive: true });
      await expect(saveModel(copy, definition, createParts(2))).rejects.toThrow();
      await rm(join(copy, blocked), { recursive: true });
      if (blocked === 'config.json') await cp(join(folder, blocked), join(copy, blocked));
      await expectModel(loadModel(copy, definition, device), parts);
      await rm(copy, { recursive: true });
    }
  });

  it('is completed by the next one, or by whoever loads, when config.json was replaced already', async () => {
    const parts = createParts(2, 4);
    await saveModel(folder, definition, createParts(1));
    const old = await readFile(join(folder, 'model.safetensors'));
    await saveModel(folder, definition, parts);
    await cp(join(folder, 'model.safetensors'), join(folder, pending('model.safetensors')));
    await writeFile(join(folder, 'model.safetensors'), old);
    await expectModel(load(), parts);
    const refused = saveModel(folder, definition, { ...parts, config: { hidden: 0, cell: 'lstm' } });
    await expect(refused).rejects.toThrow('config.json: config: hidden: Invalid value: Expected >=1 but received 0');
    await expectModel(load(), parts);
    await saveModel(folder, definition, createParts(3));
    await expectModel(load(), createParts(3));
  });

  it('refuses what would not be loaded again', async () => {
    const lossy = { ...createParts(1), preprocessing: { scale: new Scale(Number.NaN) } };
    await expect(saveModel(folder, definition, lossy)).rejects.toThrow(
      'encodeModel: what was saved could not be loaded: preprocessing.json: scale: factor is null, expected a number',
    );
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  it('checks beforehand where it is to be, and makes nothing', async () => {
    await checkFolder(folder, definition);
    expect(await readdir(root)).toEqual([]);
    const file = join(root, 'file');
    await writeFile(file, 'mine');
    const refusal = `saveModel: ${file} is a file, expected a folder`;
    await expect(checkFolder(file, definition)).rejects.toThrow(refusal);
    await expect(checkFolder(join(file, 'models', 'one'), definition)).rejects.toThrow(refusal);
    await expect(saveModel(file, definition, createParts(1))).rejects.toThrow(refusal);
  });

  it('refuses a folder with files of something else', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'README.md'), 'mine');
    const refusal = `saveModel: ${folder} holds README.md of no model that can be read, expected no such file, or those of a model of kind "test"`;
    await expect(saveModel(folder, definition, createParts(1))).rejects.toThrow(refusal);
    await expect(checkFolder(folder, definition)).rejects.toThrow(refusal);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe('mine');
    await rm(join(folder, 'README.md'));
    await saveModel(folder, definition, createParts(1));
    await checkFolder(folder, definition);
    const other = defineModel({ ...definition, kind: 'other' });
    await expect(saveModel(folder, other, createParts(2))).rejects.toThrow('holds a model of kind "test"');
    await expectModel(load(), createParts(1));
  });
});

describe('a folder that does not fit', () => {
  const path = (name: string) => join(folder, name);
  const at = (name: string) => `${folder}/${name}`;
  beforeEach(() => saveModel(folder, definition, createParts(1)));

  /** Changes a member of config.json, which does not vouch for itself then. */
  async function edit(change: (header: Record<string, unknown> & { config: Record<string, unknown> }) => void) {
    const header = JSON.parse(await readFile(path('config.json'), 'utf8'));
    delete header.crc32;
    change(header);
    await writeFile(path('config.json'), JSON.stringify(header));
  }

  it.each(['config.json', 'model.safetensors', 'preprocessing.json'])('without %s', async (name) => {
    await rm(path(name));
    await expect(load()).rejects.toThrow(`${at(name)}: cannot be read: ENOENT`);
  });

  it.each(['model.safetensors', 'preprocessing.json'])('with a damaged %s', async (name) => {
    const bytes = await readFile(path(name));
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path(name), bytes);
    await expect(load()).rejects.toThrow(
      `${at(name)}: is not the file that config.json was saved with: it has ${bytes.length} bytes with the CRC-32`,
    );
    await writeFile(path(name), bytes.subarray(1));
    await expect(load()).rejects.toThrow(`expected ${bytes.length} and`);
  });

  it.each<[string, Parameters<typeof edit>[0], string]>([
    ['version', (header) => Object.assign(header, { version: 2 }), 'version: Invalid type: Expected 1 but received 2'],
    ['format', (header) => Object.assign(header, { format: 'x' }), 'format: Invalid type: Expected "sluice-model"'],
    ['kind', (header) => Object.assign(header, { kind: 'tagger' }), 'kind is "tagger", expected "test"'],
    [
      'a field of config',
      ({ config }) => Object.assign(config, { cell: 'rnn' }),
      'config: cell: Invalid type: Expected',
    ],
    ['no files', (header) => delete header.files, 'files: Invalid key: Expected "files" but received undefined'],
  ])('of another %s', async (_, change, message) => {
    await edit(change);
    await expect(load()).rejects.toThrow(`${at('config.json')}: ${message}`);
  });

  it('whose config is of other weights', async () => {
    await edit(({ config }) => Object.assign(config, { hidden: 4 }));
    const live = device.live;
    await expect(load()).rejects.toThrow(`${at('model.safetensors')}: does not fit config.json: loadStateDict`);
    await expect(load()).rejects.toThrow('weight_ih_l0 has shape [12, 2], expected [16, 2]');
    expect(device.live).toBe(live);
  });

  it('whose config no layer takes', async () => {
    await edit(({ config }) => Object.assign(config, { hidden: 1e9 }));
    await expect(load()).rejects.toThrow(`${at('config.json')}: config makes no model: `);
  });

  it('without a tensor', async () => {
    const { tensors } = readSafetensors(await readFile(path('model.safetensors')));
    tensors.delete('bias_hh_l0');
    const other = { ...createParts(1).model, stateDict: () => Promise.resolve(tensors) } as unknown as LSTM;
    await saveModel(folder, definition, { ...createParts(1), model: other });
    await expect(load()).rejects.toThrow('missing: bias_hh_l0');
  });

  it('whose preprocessing has other parts', async () => {
    const more = defineModel({ ...definition, preprocessing: { ...definition.preprocessing, words: () => 1 } });
    await expect(loadModel(folder, more, device)).rejects.toThrow(
      `${at('preprocessing.json')}: preprocessing has scale, expected scale, words`,
    );
  });

  it('with JSON that is none, or that reaches for prototypes', async () => {
    await writeFile(path('config.json'), '{"format":');
    await expect(load()).rejects.toThrow(`${at('config.json')}: is malformed JSON: `);
    await writeFile(path('config.json'), '{"__proto__": {}}');
    await expect(load()).rejects.toThrow('the key "__proto__" is refused');
    await writeFile(path('config.json'), Uint8Array.of(0xff));
    await expect(load()).rejects.toThrow(`${at('config.json')}: is malformed JSON: `);
  });
});

it('takes a schema with a transformation back only if it takes what it makes', async () => {
  const doubling = defineModel({
    ...definition,
    config: v.pipe(
      v.object({ hidden: v.pipe(v.number(), v.maxValue(4)) }),
      v.transform(({ hidden }) => ({ hidden: 2 * hidden })),
    ),
    build: (on, { hidden }) => new LSTM(on, { inputSize: 2, hiddenSize: hidden }),
  });
  await expect(saveModel(folder, doubling, { ...createParts(1, 6), config: { hidden: 6 } })).rejects.toThrow(
    'config: hidden: Invalid value: Expected <=4 but received 6',
  );
});
