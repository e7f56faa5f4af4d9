import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { backends } from './backends.ts';
import type { GoldenArrays, GoldenFile } from './golden-file.ts';
import { readGoldenFile } from './read-golden-file.ts';
import { compareFile } from './report.ts';

const file = await readGoldenFile(fileURLToPath(new URL('../torch-recurrent.json', import.meta.url)));

/** Some cases of the file: a cheap RNN, LSTM and GRU. */
const few: GoldenFile = { ...file, cases: [file.cases[0]!, file.cases[10]!, file.cases[20]!] };

function mapNumbers(arrays: GoldenArrays, change: (value: number, i: number) => number): GoldenArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: data.map(change) }]),
  );
}

it('all 35 networks of PyTorch, outputs and gradients, in both dtypes on every backend', async () => {
  const { text, compared, failed } = await compareFile(file, backends);
  expect(failed, text).toBe(0);
  expect(file.cases).toHaveLength(35);
  expect(compared).toBe(35 * 2 * backends.length);
  expect(text).toMatch(/^backend js$/m);
  expect(text).toMatch(/^backend wasm, (relaxed-)?simd, fused in float32$/m);
  expect(text.match(/^largest errors on backend .*: float32 \d\.\de-\d/gm)).toHaveLength(backends.length);
  expect(text).toMatch(/All passed: 35 cases, \d+ comparisons within float32 0.0001, float64 1e-12 relative/);
});

it('fails for a weight that is a little off, and names where', async () => {
  const cases = few.cases.map((entry) => {
    const parameters = mapNumbers(entry.parameters, (value, i) => (i === 0 ? value + 0.01 : value));
    return { ...entry, parameters };
  });
  const { text, failed } = await compareFile({ ...few, cases }, backends);
  expect(failed).toBe(3 * 2 * backends.length);
  expect(text).toMatch(/FAILED float32, float64$/m);
  expect(text).toMatch(/\d FAILED: 3 cases/);
});

it('fails for a single wrong number, a NaN and a wrong shape', async () => {
  const entry = few.cases[0]!;
  const y = entry.outputs.y!;
  const wrong = [
    { ...y, data: y.data.map((value, i) => (i === y.data.length - 1 ? value + 1e-3 : value)) },
    { ...y, data: y.data.map((value, i) => (i === 0 ? Number.NaN : value)) },
    { ...y, shape: [...y.shape, 1] },
  ];
  for (const array of wrong) {
    const cases = [{ ...entry, outputs: { ...entry.outputs, y: array } }];
    expect((await compareFile({ ...few, cases }, backends)).failed).toBe(2 * backends.length);
  }
});

it('accepts the rounding of a file with 9 digits', async () => {
  const round = (value: number) => Number(value.toPrecision(9));
  const cases = few.cases.map((entry) => ({
    ...entry,
    outputs: mapNumbers(entry.outputs, round),
    gradients: mapNumbers(entry.gradients, round),
  }));
  const { text, failed } = await compareFile({ ...few, cases }, backends);
  expect(failed).toBe(0);
  expect(text).toContain('float64 0.000001 relative');
});

it('says what is wrong with a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'golden-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const entry = few.cases[0]!;
  const refused = async (content: unknown) => {
    const path = join(folder, 'file.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    const error = await readGoldenFile(path).catch((error: unknown) => error as Error);
    return (error as Error).message.replace(`${path}: `, '');
  };
  const withCase = (change: object) => ({ source: 'x', cases: [{ ...entry, ...change }] });
  await expect(readGoldenFile(join(folder, 'none.json'))).rejects.toThrow('none.json: there is no such file');
  await expect(readGoldenFile(folder)).rejects.toThrow('cannot be read (EISDIR)');
  expect(await refused('{')).toMatch(/^is not JSON \(/);
  expect(await refused([])).toMatch(/ is not an object$/);
  expect(await refused({ cases: [entry] })).toBe('source is not a text');
  expect(await refused({ source: 'x', cases: [] })).toBe('cases is not a list with at least one entry');
  expect(await refused(withCase({ kind: 'MLP' }))).toBe('cases[0].kind is "MLP", expected RNN, LSTM or GRU');
  expect(await refused(withCase({ hiddenSize: 1.5 }))).toBe('cases[0].hiddenSize is not a whole number');
  expect(await refused(withCase({ options: { relu: true } }))).toMatch(/^cases\[0\].options.relu is not known/);
  expect(await refused(withCase({ lengths: 3 }))).toBe('cases[0].lengths is neither a list nor null');
  expect(await refused(withCase({ inputs: { x: { shape: [2], data: [1] } } }))).toBe(
    'cases[0].inputs.x has 1 numbers, expected 2 for shape [2]',
  );
  expect(await refused(withCase({ inputs: { x: 1 } }))).toBe('cases[0].inputs.x is not an object');
  expect(await refused(withCase({ outputs: {} }))).toBe('cases[0].outputs holds nothing, expected hn, y');
});
