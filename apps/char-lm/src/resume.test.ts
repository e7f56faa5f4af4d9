import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { makeFolder, type Result, run, start, tiny } from './testing/support.ts';

const folder = makeFolder();
const training = [...tiny, '--dropout', '0.1', '--steps', '500', '--checkpoint-every', '7'];
const file = (name: string) => join(folder, name);
let undisturbed: Buffer;

beforeAll(async () => {
  const { exitCode, stderr } = await run([...training, '--out', 'undisturbed'], folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  undisturbed = readFileSync(file('undisturbed'));
});

/** Starts a training and stops it some time after it has saved. */
async function stopLater(args: readonly string[], out: string, signal: NodeJS.Signals, delay: number): Promise<Result> {
  const savedAt = () => (existsSync(file(out)) ? statSync(file(out)).mtimeMs : 0);
  const before = savedAt();
  const { child, result } = start(args, folder);
  let ended = false;
  void result.then(() => {
    ended = true;
  });
  while (!ended && savedAt() === before) await sleep(2);
  await sleep(delay);
  child.kill(signal);
  return result;
}

test('a training that is killed again and again ends in the very same file', async () => {
  let kills = 0;
  const first = await stopLater([...training, '--out', 'killed'], 'killed', 'SIGKILL', 3 + 40 * Math.random());
  if (first.signal === 'SIGKILL') kills++;
  const resume = ['train', '--resume', '--out', 'killed', '--checkpoint-every', '7'];
  for (let attempt = 0; attempt < 4; attempt++) {
    const { signal, exitCode } = await stopLater(resume, 'killed', 'SIGKILL', 60 * Math.random());
    if (signal === 'SIGKILL') kills++;
    else expect(exitCode).toBe(0);
  }
  const { exitCode, stderr } = await run(resume, folder);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(kills).toBeGreaterThan(1);
  expect(readFileSync(file('killed')).equals(undisturbed)).toBe(true);
});

test('Ctrl-C saves, says how to go on, and the very same start does', async () => {
  const args = [...training, '--out', 'interrupted'];
  const stopped = await stopLater(args, 'interrupted', 'SIGINT', 20);
  expect(stopped.stdout).toMatch(
    /Stopped and saved after step \d+\. Go on with: char-lm train --resume --out interrupted\n$/,
  );
  expect(stopped.exitCode).toBe(130);
  const { exitCode, stdout } = await run(args, folder);
  expect(stdout).toMatch(/^Going on after step \d+ of interrupted\.$/m);
  expect(exitCode).toBe(0);
  expect(readFileSync(file('interrupted')).equals(undisturbed)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual(['interrupted']);
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s saves too, even when it comes twice', async (signal, expected) => {
  const { child, result } = start([...tiny, '--steps', '1000000', '--out', signal], folder);
  child.stdout?.on('data', (text: string) => {
    if (!text.includes('LSTM with')) return;
    child.kill(signal);
    child.kill(signal);
  });
  const { exitCode, stdout } = await result;
  expect(stdout).toMatch(/^Stopped and saved after step \d+\./m);
  expect(exitCode).toBe(expected);
});

test('a finished training goes on when it is given more steps', async () => {
  await run([...tiny, '--steps', '30', '--out', 'longer'], folder);
  const { exitCode, stdout } = await run(['train', '--resume', '--out', 'longer', '--steps', '45'], folder);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Going on after step 30 of longer.');
  expect(stdout).toContain('step 45/45');
});

test('the fastest backend is the default, and a training goes on where it began', async () => {
  const fast = tiny.filter((argument) => !['--backend', 'js'].includes(argument));
  const begun = await run([...fast, '--steps', '30', '--out', 'fast'], folder);
  expect(begun.stdout).toMatch(/^Computing on wasm \((relaxed-)?simd, \d+ threads?\)\.$/m);
  for (const name of ['other', 'same']) copyFileSync(file('fast'), file(name));
  const resume = (name: string, ...args: string[]) =>
    run(['train', '--resume', '--out', name, '--steps', '45', ...args], folder);

  const same = await resume('same');
  expect(same.stdout).toMatch(/^Computing on wasm/m);
  expect(same.stdout).not.toContain('last bit');

  const other = await resume('other', '--backend', 'js');
  expect(other.exitCode).toBe(0);
  expect(other.stdout).toMatch(/^It was trained on wasm \(.*\): the result will not be the same to the last bit\.$/m);
  const figure = /validation .*/;
  expect(figure.exec(other.stdout)?.[0].slice(0, 15)).toBe(figure.exec(same.stdout)?.[0].slice(0, 15));
  const sample = await run(['sample', '--model', 'other', '--length', '5'], folder);
  expect(sample.stderr).toMatch(/^Computing on wasm/);
  expect(sample.exitCode).toBe(0);
});

test('a training on js goes on with js', async () => {
  await run([...tiny, '--steps', '8', '--out', 'js'], folder);
  const { stdout } = await run(['train', '--resume', '--out', 'js', '--steps', '12'], folder);
  expect(stdout).toMatch(/^Computing on js\.$/m);
  expect(stdout).not.toContain('last bit');
});
