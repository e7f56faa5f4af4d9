import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError } from '@sluice/core';
import { readSafetensors, writeSafetensors } from '@sluice/format-safetensors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeTraining, type EncodedTraining, encodeTraining, fit, type TrainingState } from '../index.ts';
import { loadCheckpoint, saveCheckpoint } from '../node.ts';
import { bitsOf, collect, pairs } from '../testing/problems.ts';
import { type Options, savedState, setUp } from '../testing/runs.ts';
import { checksum } from './checksum.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a checkpoint file', () => {
  const path = () => join(folder, 'run.safetensors');
  const edit = async (change: (encoded: { tensors: Map<string, never>; metadata: Map<string, string> }) => void) => {
    const { tensors, metadata } = readSafetensors(await readFile(path()));
    change({ tensors: tensors as Map<string, never>, metadata });
    await writeFile(path(), writeSafetensors(tensors, metadata));
  };

  it("holds the caller's own, and names that tell what is what", async () => {
    const state = await savedState();
    await saveCheckpoint(path(), state);
    const loaded = await loadCheckpoint(path());
    expect(loaded.config).toEqual({ vocabulary: ['a', 'ü'], size: 3, nested: { none: null } });
    expect(loaded).toEqual({ ...state, source: path() });
    const names = [...readSafetensors(await readFile(path())).tensors.keys()];
    expect(names).toContain('model.gru.weight_ih_l0');
    expect(names).toContain('optimizer.momentum.gru.weight_ih_l0');
    expect(names).toContain('best.head.bias');
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('.tmp'));
  });

  it.each<[name: string, damage: () => Promise<void>, message: RegExp]>([
    ['is missing', () => rm(path()), /: cannot be read: ENOENT/],
    ['is empty', () => writeFile(path(), ''), /: byte 0: the file ends inside/],
    [
      'is cut off',
      async () => writeFile(path(), (await readFile(path())).subarray(0, -1)),
      /: byte \d+: tensor ".+" lies at \d+ to \d+ of \d+ bytes of data$/,
    ],
    [
      'is a model file',
      () => edit(({ metadata }) => metadata.clear()),
      /: is no checkpoint of a training run: its metadata has no "sluice.training"$/,
    ],
    [
      'has another weight',
      async () => {
        const bytes = await readFile(path());
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(path(), bytes);
      },
      /: was changed since it was written: its checksum is [0-9a-f]{8}, expected [0-9a-f]{8}$/,
    ],
    [
      'has another text',
      () =>
        edit(({ metadata }) =>
          metadata.set('sluice.training', metadata.get('sluice.training')!.replace('"step":', '"step":1')),
        ),
      /: was changed since it was written/,
    ],
    ['lacks a tensor', () => edit(({ tensors }) => tensors.delete('model.head.bias')), /: was changed since/],
    ['has no checksum', () => edit(({ metadata }) => metadata.delete('sluice.checksum')), /expected undefined$/],
    [
      'is of a later version',
      () => edit(({ metadata }) => metadata.set('sluice.training', '{"version":3}')),
      /: has format version 3, expected 2$/,
    ],
    [
      'is no JSON',
      () => edit(({ metadata }) => metadata.set('sluice.training', '{')),
      /: training is malformed JSON: /,
    ],
    [
      'is deep',
      () => edit(({ metadata }) => metadata.set('sluice.training', '['.repeat(1e6))),
      /: training is malformed JSON: /,
    ],
    [
      'has __proto__',
      () => edit(({ metadata }) => metadata.set('sluice.training', '{"\\u005f_proto__":{}}')),
      /malformed JSON: the key "__proto__" is refused$/,
    ],
  ])('is refused when it %s', async (_name, damage, message) => {
    await saveCheckpoint(path(), await savedState());
    await damage();
    const load = loadCheckpoint(path());
    await expect(load).rejects.toThrow(FormatError);
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toThrow(path());
  });
});

describe('a state', () => {
  /** Encodes a state with another text, and a checksum that fits. */
  async function forged(change: (root: Record<string, unknown>) => void): Promise<EncodedTraining> {
    const { tensors, metadata } = encodeTraining(await savedState());
    const root = JSON.parse(metadata.get('sluice.training')!) as Record<string, unknown>;
    change(root);
    const text = JSON.stringify(root);
    return {
      tensors,
      metadata: new Map([
        ['sluice.training', text],
        ['sluice.checksum', checksum(text, tensors)],
      ]),
    };
  }

  it.each<[change: (root: Record<string, unknown>) => void, message: string]>([
    [(root) => Object.assign(root, { step: -1 }), 'x: training.step is -1, expected a whole number of at least 0'],
    [(root) => Object.assign(root, { epoch: '1' }), 'x: training.epoch is "1", expected a whole number of at least 0'],
    [(root) => delete root.batch, 'x: training.batch is missing'],
    [(root) => Object.assign(root, { optimizer: [] }), 'x: training.optimizer is [], expected an object'],
    [(root) => Object.assign(root, { optimizer: { kind: 1 } }), 'x: training.optimizer.kind is 1, expected a text'],
    [(root) => Object.assign(root, { schedule: { best: 'a' } }), 'x: training.schedule.best is "a", expected a number'],
    [
      (root) => Object.assign(root, { random: { key: [1], position: 0 } }),
      'x: training.random is malformed: Random: state has no key',
    ],
    [(root) => Object.assign(root, { keepsBest: 1 }), 'x: training.keepsBest is 1, expected true or false'],
    [(root) => Object.assign(root, { keepsBest: false }), 'x: the best weights do not match the weights of the model'],
    [(root) => Object.assign(root, { progress: {} }), 'x: training.progress.smoothedSum is missing'],
    [
      (root) =>
        Object.assign(root, { validation: { validatedStep: 0, unimproved: 0, best: { loss: 'x'.repeat(99) } } }),
      `x: training.validation.best.loss is "${'x'.repeat(79)}..., expected a number`,
    ],
  ])('is refused when a part is malformed (%#)', async (change, message) => {
    const encoded = await forged(change);
    expect(() => decodeTraining(encoded, 'x')).toThrow(FormatError);
    expect(() => decodeTraining(encoded, 'x')).toThrow(message);
  });

  it('is refused with a mean of the weights that lacks one', async () => {
    const { tensors, metadata } = encodeTraining(await savedState({ averageWeights: { decay: 0.9 } }));
    const text = metadata.get('sluice.training')!;
    const fewer = new Map([...tensors].filter(([name]) => name !== 'average.head.bias'));
    const forgery = { tensors: fewer, metadata: new Map([...metadata, ['sluice.checksum', checksum(text, fewer)]]) };
    expect(() => decodeTraining(forgery)).toThrow(
      'checkpoint: the mean of the weights does not match the weights of the model',
    );
  });

  it('is refused with a tensor that belongs to nothing', async () => {
    const { tensors, metadata } = encodeTraining(await savedState());
    const more = new Map([...tensors, ['extra', tensors.get('model.head.bias')!] as const]);
    const sum = checksum(metadata.get('sluice.training')!, more);
    const forgery = { tensors: more, metadata: new Map([...metadata, ['sluice.checksum', sum]]) };
    expect(() => decodeTraining(forgery)).toThrow('checkpoint: has an unexpected tensor "extra"');
  });

  it.each<
    [
      name: string,
      make: (state: TrainingState) => { state: TrainingState; options?: Partial<Options>; hiddenSize?: number },
      message: RegExp,
    ]
  >([
    [
      'model',
      (state) => ({ state, hiddenSize: 4 }),
      /^run\.safetensors: the model does not fit: loadStateDict: the state does not fit the model, nothing was changed\n.*gru\.weight_ih_l0 has shape \[9, 2\], expected \[12, 2\]/s,
    ],
    [
      'optimizer',
      (state) => ({ state: { ...state, optimizer: { ...state.optimizer, kind: 'Adam' } } }),
      /^run\.safetensors: the optimizer state does not fit: SGD: the state does not fit: it is a state of Adam, expected SGD$/,
    ],
    [
      'mean, missing',
      (state) => ({ state, options: { averageWeights: { decay: 0.9 } } }),
      /^run\.safetensors: the mean of the weights does not fit: none is saved, but one is kept$/,
    ],
    [
      'mean, unexpected',
      (state) => ({ state: { ...state, average: state.model } }),
      /the mean of the weights does not fit: one is saved, but none is kept$/,
    ],
    [
      'mean, malformed',
      (state) => ({ state: { ...state, average: new Map() }, options: { averageWeights: { decay: 0.9 } } }),
      /the mean of the weights does not fit: its shapes are not those of the model$/,
    ],
    [
      'schedule, missing',
      (state) => ({ state: { ...state, schedule: undefined } }),
      /the schedule does not fit: no state is saved, but one is needed$/,
    ],
    [
      'schedule, unexpected',
      (state) => ({ state, options: { schedule: () => 1 } }),
      /the schedule does not fit: a state is saved, but none is needed$/,
    ],
    [
      'schedule, malformed',
      (state) => ({ state: { ...state, schedule: { bad: 1 } } }),
      /the schedule does not fit: ReduceOnPlateau: the state does not fit: it is \{"bad":1\}$/,
    ],
    [
      'data',
      (state) => ({ state, options: { data: pairs(3) } }),
      /the data do not fit: 7 batches were used, but there are 3 batches per epoch$/,
    ],
    [
      'random state',
      (state) => ({ state: { ...state, random: { key: [1] as never, position: 0 } } }),
      /the random state does not fit: Random: state has no key/,
    ],
    [
      'carry',
      (state) => ({ state: { ...state, carry: { ...state.carry, structure: { none: true } } } }),
      /the carry does not fit: carry\.state\.hidden has no place$/,
    ],
    [
      'carry, missing',
      (state) => ({ state: { ...state, carry: { ...state.carry, tensors: new Map() } } }),
      /the carry does not fit: carry\.state\.hidden is missing or used twice$/,
    ],
    [
      'carry, malformed',
      (state) => ({ state: { ...state, carry: { ...state.carry, structure: { what: 1 } } } }),
      /the structure of the carry has an unknown part "what"$/,
    ],
  ])('is refused, and nothing changes, when it does not fit (%s)', async (_name, make, message) => {
    let middle: TrainingState | undefined;
    const save = (state: TrainingState) => {
      middle ??= state;
    };
    const plain = { validate: { data: pairs(1) }, earlyStopping: { patience: 9 } };
    await collect(fit(setUp({ epochs: 1, ...plain, checkpoint: { everySteps: 7, save } }).options));
    const { state, options = {}, hiddenSize } = make({ ...middle!, source: 'run.safetensors' });
    const fresh = setUp({ ...plain, resume: state }, hiddenSize);
    const given = { ...fresh.options, ...options };
    const before = [
      await bitsOf(fresh.model),
      await fresh.optimizer.stateDict(),
      fresh.device.random.state,
      fresh.device.live,
    ];
    const scheduleBefore = typeof given.schedule === 'object' ? given.schedule.state : undefined;
    const error = await collect(fit(given)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
    expect([
      await bitsOf(fresh.model),
      await fresh.optimizer.stateDict(),
      fresh.device.random.state,
      fresh.device.live,
    ]).toEqual(before);
    expect(typeof given.schedule === 'object' ? given.schedule.state : undefined).toEqual(scheduleBefore);
  });
});
