import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { readCsv, readJson, Scaler, Table, Vocabulary } from '@sluice/data';
import { readLines, readTextFile } from '@sluice/data/node';
import { readSafetensors, writeSafetensors } from '@sluice/format-safetensors';
import { LSTM } from '@sluice/layers';
import { encodeModel, loadModel, type ModelFiles } from '@sluice/model';
import { encodeTraining } from '@sluice/training';
import { loadCheckpoint } from '@sluice/training/node';
import { readImage } from '../../../apps/digits/src/read-image.ts';
import { readRNumbers } from '../../../apps/forecast/src/data/r-data.ts';
import { readChains } from '../../../apps/protein/src/chains.ts';
import { parseFasta } from '../../../apps/protein/src/fasta.ts';
import { parseSentences } from '../../../apps/tagger/src/corpus.ts';
import { createParts, definition } from '../../../packages/model/src/testing/support.ts';
import { savedState } from '../../../packages/training/src/testing/runs.ts';
import { pngOf, rData } from './samples.ts';

/** Something that reads what another program has written. */
export interface Loader {
  readonly name: string;
  /** What it reads without complaint. */
  readonly good: () => Uint8Array | Promise<Uint8Array>;
  /** @param path a file with these bytes */
  readonly load: (bytes: Uint8Array, path: string) => unknown;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const encode = (content: string) => new TextEncoder().encode(content);
const device = new Device(createJsBackend(), { seed: 1 });

const model = new LSTM(device, { inputSize: 2, hiddenSize: 3 });

/** One file of a model's folder in place of the good one. */
function modelFile(name: keyof ModelFiles): Loader {
  const files = encodeModel(definition, createParts(3));
  return {
    name: `model folder, ${name}`,
    good: async () => (await files)[name],
    load: async (bytes) => {
      const all = await files;
      const read = async (file: string) => (file === name ? bytes : all[file as keyof ModelFiles]);
      const loaded = await loadModel(read, definition, device);
      loaded.model.dispose();
    },
  };
}

/** A format of the file system alone. */
function file(name: string, good: () => Uint8Array, load: (path: string) => Promise<unknown>): Loader {
  return {
    name,
    good,
    load: async (bytes, path) => {
      await writeFile(path, bytes);
      await load(path);
    },
  };
}

const rows = ['date,load,"a, b"', '2024-01-01,1.5,x', '2024-01-02,"-2e3","y\n""z"""', '2024-01-03,NA,'].join('\r\n');
const chain = 'a\tACDEFG\tHHHEEC\n'.repeat(40);

/** Every function of the packages and apps that reads foreign bytes. */
export const loaders: readonly Loader[] = [
  {
    name: 'safetensors',
    good: async () => writeSafetensors(await model.stateDict(), new Map([['k', 'v']])),
    load: (bytes) => readSafetensors(bytes, 'file'),
  },
  modelFile('config.json'),
  modelFile('model.safetensors'),
  modelFile('preprocessing.json'),
  {
    name: 'checkpoint',
    good: async () => {
      const { tensors, metadata } = encodeTraining(await savedState());
      return writeSafetensors(tensors, metadata);
    },
    load: async (bytes, path) => {
      await writeFile(path, bytes);
      await loadCheckpoint(path);
    },
  },
  { name: 'CSV', good: () => encode(rows), load: (bytes) => readCsv(pieces(bytes)) },
  {
    name: 'JSON table',
    good: () => encode('[{"date":"2024-01-01","load":1.5,"name":"a\\u00e9"},{"date":"2024-01-02","load":null}]'),
    load: (bytes) => readJson(text(bytes)),
  },
  file('text file', () => encode('one\nzwei\nтри\n'), readTextFile),
  file(
    'lines',
    () => encode('one\r\nzwei\nтри\n'),
    async (path) => {
      for await (const line of readLines(path)) line.length;
    },
  ),
  json('scaler', Scaler.fit(Table.ofNumbers({ x: [1, 2, 4], y: [5, 1, 2] }).matrix()), (value) =>
    Scaler.fromJSON(value, 'file'),
  ),
  json('vocabulary', Vocabulary.fromTokens(['a', 'b', 'a'], { unknown: '?' }), (value) =>
    Vocabulary.fromJSON(value, 'file'),
  ),
  file('PNG', () => pngOf(12, 9), readImage),
  file('PGM', () => encode(`P2\n# a comment\n5 4\n15\n${'0 15 3 0 0\n'.repeat(4)}`), readImage),
  file('picture of numbers', () => encode('0 0,5 0\n0 1,0 0\n0 0,5 0\n'), readImage),
  {
    name: 'FASTA',
    good: () => encode('>one\nACDEF\nGHI*\n>two\nacd\n'),
    load: (bytes) => parseFasta(text(bytes), 'file'),
  },
  file('chains', () => encode(chain), readChains),
  file('packed chains', () => gzipSync(chain), readChains),
  {
    name: "R's index",
    good: () => rData().index,
    load: (bytes) => readRNumbers(bytes, rData().database, 'load', 'file'),
  },
  {
    name: "R's database",
    good: () => rData().database,
    load: (bytes) => readRNumbers(rData().index, bytes, 'load', 'file'),
  },
  {
    name: 'tagged sentences',
    good: () => encode('The/at dog/nn barks/vbz ./.\nIt/pps is/bez ./.\n'),
    load: (bytes) => parseSentences(text(bytes), 'file', (tag) => tag),
  },
];

/** Loads from a value of `JSON.parse`, which refuses most mutations itself. */
function json(name: string, value: object, load: (value: unknown) => unknown): Loader {
  return {
    name: `${name} from JSON`,
    good: () => encode(JSON.stringify(value)),
    load: (bytes) => {
      let parsed: unknown;
      try {
        parsed = JSON.parse(text(bytes));
      } catch {
        return;
      }
      load(parsed);
    },
  };
}

async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 37) yield bytes.subarray(at, at + 37);
}
