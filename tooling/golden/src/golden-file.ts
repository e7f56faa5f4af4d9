import { FormatError, sizeOf } from '@sluice/core';

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type GoldenArrays = Readonly<Record<string, GoldenArray>>;

/** Options of a recurrent module of PyTorch. */
interface TorchOptions {
  readonly bias?: boolean;
  readonly batch_first?: boolean;
  readonly num_layers?: number;
  readonly bidirectional?: boolean;
  readonly nonlinearity?: 'tanh' | 'relu';
  readonly proj_size?: number;
}

export interface GoldenCase {
  readonly kind: 'RNN' | 'LSTM' | 'GRU';
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly options: TorchOptions;
  readonly lengths: readonly number[] | null;
  readonly parameters: GoldenArrays;
  readonly inputs: GoldenArrays;
  readonly outputs: GoldenArrays;
  readonly outputGradients: GoldenArrays;
  readonly gradients: GoldenArrays;
}

export interface GoldenFile {
  /** What computed the values. */
  readonly source: string;
  readonly cases: readonly GoldenCase[];
}

const torchOptions = ['bias', 'batch_first', 'num_layers', 'bidirectional', 'nonlinearity', 'proj_size'];
const groups = ['parameters', 'inputs', 'outputs', 'outputGradients', 'gradients'] as const;

/**
 * @param path names the file in messages
 * @throws FormatError naming the place in the file that is not of the format
 */
export function checkGoldenFile(value: unknown, path: string): GoldenFile {
  const file = object(value, path);
  if (typeof file.source !== 'string') throw new FormatError(`${path}: source is not a text`);
  if (!Array.isArray(file.cases) || file.cases.length === 0) {
    throw new FormatError(`${path}: cases is not a list with at least one entry`);
  }
  file.cases.forEach((entry, i) => {
    checkCase(entry, `${path}: cases[${i}]`);
  });
  return file as unknown as GoldenFile;
}

function checkCase(value: unknown, place: string): void {
  const entry = object(value, place);
  if (entry.kind !== 'RNN' && entry.kind !== 'LSTM' && entry.kind !== 'GRU') {
    throw new FormatError(`${place}.kind is ${JSON.stringify(entry.kind)}, expected RNN, LSTM or GRU`);
  }
  for (const field of ['inputSize', 'hiddenSize'] as const) {
    if (!Number.isInteger(entry[field])) throw new FormatError(`${place}.${field} is not a whole number`);
  }
  for (const name of Object.keys(object(entry.options, `${place}.options`))) {
    if (!torchOptions.includes(name)) {
      throw new FormatError(`${place}.options.${name} is not known, expected ${torchOptions.join(', ')}`);
    }
  }
  if (entry.lengths !== null && !Array.isArray(entry.lengths)) {
    throw new FormatError(`${place}.lengths is neither a list nor null`);
  }
  for (const group of groups) {
    for (const [name, array] of Object.entries(object(entry[group], `${place}.${group}`))) {
      checkArray(array, `${place}.${group}.${name}`);
    }
  }
  const inputs = entry.kind === 'LSTM' ? ['x', 'h0', 'c0'] : ['x', 'h0'];
  const outputs = entry.kind === 'LSTM' ? ['y', 'hn', 'cn'] : ['y', 'hn'];
  requireNames(entry.inputs as object, inputs, `${place}.inputs`);
  requireNames(entry.outputs as object, outputs, `${place}.outputs`);
  requireNames(entry.outputGradients as object, outputs, `${place}.outputGradients`);
  requireNames(
    entry.gradients as object,
    [...inputs, ...Object.keys(entry.parameters as object)],
    `${place}.gradients`,
  );
}

function checkArray(value: unknown, place: string): void {
  const { shape, data } = object(value, place);
  if (!Array.isArray(shape) || !Array.isArray(data) || !data.every((entry) => typeof entry === 'number')) {
    throw new FormatError(`${place} is not { shape, data } with numbers`);
  }
  if (sizeOf(shape) !== data.length) {
    throw new FormatError(
      `${place} has ${data.length} numbers, expected ${sizeOf(shape)} for shape [${shape.join(', ')}]`,
    );
  }
}

function requireNames(group: object, names: readonly string[], place: string): void {
  const found = Object.keys(group).sort().join(', ');
  const expected = [...names].sort().join(', ');
  if (found !== expected) throw new FormatError(`${place} holds ${found || 'nothing'}, expected ${expected}`);
}

function object(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError(`${place} is not an object`);
  }
  return value as Record<string, unknown>;
}
