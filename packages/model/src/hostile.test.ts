import { createJsBackend } from '@sluice/backend-js';
import { type Backend, Device, FormatError, type SluiceError } from '@sluice/core';
import { GRU, LSTM } from '@sluice/layers';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { headerMark, markOf } from './files.ts';
import { defineModel, encodeModel, loadModel, type ModelFiles } from './index.ts';
import { type Files, flippedFolders, hostileTexts, mutatedFolders } from './testing/hostile.ts';
import { createDevice, createParts, definition } from './testing/support.ts';

const device = createDevice();
let files: ModelFiles;
beforeAll(async () => {
  files = await encodeModel(definition, createParts(1));
});

const from = (folder: Files) => (name: string) => Promise.resolve(folder[name] as Uint8Array);

/** What is wrong with a folder, as an error tells it; `undefined` when it loads. */
async function refusalOf(folder: Files, on = device): Promise<Error | undefined> {
  try {
    const { model } = await loadModel(from(folder), definition, on);
    model.dispose();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

it('loads mutated files as they were or refuses them, a thousand times', async () => {
  const live = device.live;
  let refused = 0;
  for (const folder of mutatedFolders(files, 1000)) {
    const error = await refusalOf(folder);
    if (error === undefined) continue;
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(/^(config\.json|model\.safetensors|preprocessing\.json): /);
    refused++;
  }
  expect(refused).toBeGreaterThan(900);
  expect(device.live).toBe(live);
});

it('loads no other model for any bit that is turned around, in any file', async () => {
  const { model, config, preprocessing } = createParts(1);
  const weights = await model.stateDict();
  const harmless: Record<string, number> = {};
  let count = 0;
  for (const { name, files: folder } of flippedFolders(files)) {
    count++;
    const loaded = await loadModel(from(folder), definition, device).catch((error: unknown) => {
      expect(error).toBeInstanceOf(FormatError);
    });
    if (!loaded) continue;
    harmless[name] = (harmless[name] ?? 0) + 1;
    expect([loaded.config, loaded.preprocessing]).toEqual([config, preprocessing]);
    expect(await loaded.model.stateDict()).toEqual(weights);
    loaded.model.dispose();
  }
  expect(count).toBe(8 * Object.values(files).reduce((sum, { length }) => sum + length, 0));
  // The card is for people, who may edit it.
  expect(Object.keys(harmless)).toEqual(['README.md']);
  expect(harmless['README.md']).toBe(8 * files['README.md'].length);
  expect(device.live).toBe(0);
});

it('says that config.json is not as it was saved, unless a field is wrong by itself', async () => {
  const change = (config: object) => {
    const header = { ...JSON.parse(new TextDecoder().decode(files['config.json'])), config };
    return { ...files, 'config.json': new TextEncoder().encode(JSON.stringify(header)) };
  };
  expect((await refusalOf(change({ hidden: 3, cell: 'gru' })))?.message).toMatch(
    /^config\.json: is not as it was saved: it has the CRC-32 [0-9a-f]{8}, expected [0-9a-f]{8}; without the field crc32/,
  );
  expect((await refusalOf(change({ hidden: 3, cell: 'rnn' })))?.message).toMatch(/^config\.json: config: cell: /);
});

it('loads folders of before config.json vouched for itself', async () => {
  const { crc32: _, ...header } = JSON.parse(new TextDecoder().decode(files['config.json']));
  const bytes = new TextEncoder().encode(JSON.stringify(header));
  expect(await refusalOf({ ...files, 'config.json': bytes })).toBeUndefined();
});

it.each(Object.entries(hostileTexts))('refuses %s in the place of its JSON', async (_, make) => {
  const text = new TextEncoder().encode(make());
  const { crc32: __, ...header } = JSON.parse(new TextDecoder().decode(files['config.json']));
  header.files['preprocessing.json'] = markOf(text);
  const config = new TextEncoder().encode(JSON.stringify({ ...header, crc32: headerMark(header) }));
  for (const folder of [
    { ...files, 'config.json': text },
    { ...files, 'config.json': config, 'preprocessing.json': text },
  ]) {
    const error = (await refusalOf(folder)) as SluiceError;
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(/^(config|preprocessing)\.json: /);
    expect(error.message.length).toBeLessThan(4000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(error.message).not.toMatch(/[\0-\x09\x0b-\x1f\u202e]/);
  }
});

describe('a configuration that claims more than its weights hold', () => {
  /** A device that counts the bytes which it is asked for. */
  function countingDevice(): { readonly on: Device; readonly asked: () => number } {
    const backend = createJsBackend();
    let asked = 0;
    const count = (bytes: number) => {
      asked += bytes;
    };
    const counting: Backend = {
      ...(backend as Backend),
      upload: (data, dtype) => {
        count(data.byteLength);
        return backend.upload(data, dtype);
      },
      fill: (size, value, dtype) => {
        count(4 * size);
        return backend.fill(size, value, dtype);
      },
    };
    return { on: new Device(counting), asked: () => asked };
  }

  const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
  const stack = defineModel({
    kind: 'stack',
    config: v.object({ hidden: whole, layers: whole, constant: v.optional(v.number()), late: v.optional(v.boolean()) }),
    preprocessing: {},
    build: (on, { hidden, layers, constant = 0, late }) => {
      on.zeros([constant]);
      const lstm = new LSTM(on, { inputSize: 2, hiddenSize: hidden, layers, bidirectional: true });
      if (late) new GRU(on, { inputSize: 2, hiddenSize: hidden, layers });
      return lstm;
    },
  });

  it.each([
    { hidden: 1024, layers: 4 },
    { hidden: 1, layers: 1e9 },
    { hidden: 2 ** 40, layers: 1 },
    { hidden: 1e6, layers: 1 },
    { hidden: 4, layers: 1, constant: 1e9 },
    { hidden: 64, layers: 1, late: true },
    { hidden: 5, layers: 2 },
    { hidden: 3, layers: 1 },
  ])('is refused before memory is taken: %o', async (config) => {
    const { on, asked } = countingDevice();
    const small = { hidden: 4, layers: 1 };
    const model = stack.build(createDevice(), small, {});
    const card = { title: 'T', summary: 'S', figures: [] };
    const saved = await encodeModel(stack, { model, config: small, preprocessing: {}, card });
    const header = { ...JSON.parse(new TextDecoder().decode(saved['config.json'])), config };
    const bytes = new TextEncoder().encode(JSON.stringify({ ...header, crc32: headerMark(header) }));
    const { state } = on.random;
    const loading = loadModel(from({ ...saved, 'config.json': bytes }), stack, on);
    await expect(loading).rejects.toThrow(
      /^(config\.json: config makes no model: |model\.safetensors: does not fit config\.json: )/,
    );
    await expect(loading).rejects.toBeInstanceOf(FormatError);
    expect(asked()).toBeLessThan(65_536 + 2 * saved['model.safetensors'].length);
    expect([on.live, on.liveBytes, on.random.state]).toEqual([0, 0, state]);
  });

  it('leaves nothing when build throws in the midst, or makes no module', async () => {
    const parts = createParts(1);
    const broken = defineModel({
      ...definition,
      build: (on, { hidden }) => {
        new LSTM(on, { inputSize: 2, hiddenSize: hidden });
        on.keep(on.zeros([3]));
        throw new Error('no more');
      },
    });
    const { on } = countingDevice();
    const saved = await encodeModel(definition, parts);
    await expect(loadModel(from(saved), broken, on)).rejects.toThrow('config.json: config makes no model: no more');
    const nothing = defineModel({ ...definition, build: ((): unknown => undefined) as () => LSTM });
    await expect(loadModel(from(saved), nothing, on)).rejects.toThrow(
      'config.json: config makes no model: build: result is no Module, expected the model',
    );
    expect(on.live).toBe(0);
  });
});

it.each([
  ['weights that are NaN', Number.NaN, 'model: "weight_ih_l0" holds NaN at element 3, expected numbers'],
  ['weights that are infinite', Infinity, 'model: "weight_ih_l0" holds Infinity at element 3, expected numbers'],
])('saves no %s', async (_, value, message) => {
  const parts = createParts(1);
  const state = await parts.model.stateDict();
  state.get('weight_ih_l0')!.data[3] = value;
  parts.model.loadStateDict(state);
  await expect(encodeModel(definition, parts)).rejects.toThrow(`encodeModel: ${message}`);
});

it('refuses what is no JSON, and parts that it does not know', async () => {
  const parts = createParts(1);
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const save = (changed: object) => encodeModel(definition, { ...parts, ...changed } as typeof parts);
  await expect(save({ config: { hidden: 3n } })).rejects.toThrow(
    'encodeModel: config cannot be written as JSON (Do not know how to serialize a BigInt), expected plain data',
  );
  await expect(save({ preprocessing: circle })).rejects.toThrow(
    'encodeModel: preprocessing cannot be written as JSON (',
  );
  await expect(save({ config: () => 1 })).rejects.toThrow('encodeModel: config is a function, expected plain data');
  await expect(save({ cards: 1 })).rejects.toThrow('encodeModel: cards is no option, expected one of model, config,');
  await expect(save({ card: { title: 'T', summary: 'S', figure: [] } })).rejects.toThrow(
    'renderCard: figure is no option, expected one of title, summary, figures, facts (did you mean figures?)',
  );
  await expect(save({ card: { title: 'T', summary: 'S', figures: [{ name: 'a', values: 'b' }] } })).rejects.toThrow(
    'renderCard: figures[0].values is no option',
  );
  expect(() => defineModel({ ...definition, kinds: 'a' } as typeof definition)).toThrow(
    'defineModel: kinds is no option',
  );
});

it('shows what a terminal would obey in cards', async () => {
  const { card } = createParts(1);
  const title = 'a\u001b[2J\nb\u202e';
  const saved = await encodeModel(definition, { ...createParts(1), card: { ...card, title, facts: { '\r': title } } });
  expect(new TextDecoder().decode(saved['README.md'])).toContain('# a\\u001b[2J b\\u202e\n');
});
