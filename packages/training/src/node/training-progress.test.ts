import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fit, logged, type StepEvent } from '../index.ts';
import { TrainingProgress } from '../node.ts';
import { pairs, setUp } from '../testing/problems.ts';
import { fakeStream } from '../testing/streams.ts';

beforeEach(() => {
  vi.stubEnv('NO_COLOR', undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const step = (changed: Partial<StepEvent>): StepEvent => ({
  type: 'step',
  step: 1,
  steps: 10,
  epoch: 0,
  epochs: 2,
  batch: 1,
  loss: 9,
  smoothedLoss: 1.23456,
  gradientNorm: 1,
  learningRate: 0.1,
  itemsPerSecond: 1234.5,
  elapsedMilliseconds: 6000,
  remainingMilliseconds: 1,
  ...changed,
});

it('tells metrics of a validation', () => {
  const stream = fakeStream({});
  const metrics = { accuracy: 0.91236, f1: 1 };
  const validation = { type: 'validation', step: 7, epoch: 1, loss: 0.5, metrics, best: false } as const;
  new TrainingProgress({ stream }).write(validation);
  expect(stream.text).toBe('step 7  validation loss 0.5000  accuracy 0.9124  f1 1.000\n');
});

const lastLine = (text: string) => text.split('\r\u001b[2K').at(-1);

it('shows a bar, the place, the time left and figures', () => {
  const stream = fakeStream({ isTTY: true, columns: 100 });
  const progress = new TrainingProgress({ stream, unit: 'words', describeStep: () => ['99 % right'] });
  // Resumed after step 3: three steps took six seconds.
  progress.write(step({ step: 4, elapsedMilliseconds: 2000 }));
  progress.write(step({ step: 10, steps: 10 }));
  expect(stream.text).toContain('█'.repeat(7) + '░'.repeat(10));
  expect(lastLine(stream.text)).toMatch(
    /^█+ {2}epoch 1\/2 {2}step 10\/10 {2}0:00 left {2}loss 1\.235 {2}99 % right {2}1,235 words\/s$/,
  );
  expect(lastLine(stream.text)).toHaveLength(97);
  progress.close();
  expect(stream.text.endsWith('\n')).toBe(true);
});

it.each([
  [74, '█░░░░░░░  epoch 1234/5000  step 1234567/5000000  1:02:45 left  loss 1.235'],
  [73, 'epoch 1234/5000  step 1234567/5000000  1:02:45 left  loss 1.235'],
])('does not cut figures of four-digit epochs at %i columns', (columns, line) => {
  const stream = fakeStream({ isTTY: true, columns });
  const progress = new TrainingProgress({ stream, describeStep: () => ['3.33 bits per character'] });
  progress.write(step({ step: 1_234_567, steps: 5_000_000, epoch: 1233, epochs: 5000, elapsedMilliseconds: 1 }));
  expect(lastLine(stream.text)).toBe(line);
});

it('counts to the steps that it is told, and does without', () => {
  const stream = fakeStream({});
  const progress = new TrainingProgress({ stream, steps: 4 });
  progress.write(step({ step: 2 }));
  progress.write(step({ step: 4, elapsedMilliseconds: 9000 }));
  expect(stream.text).toBe('epoch 1/2  step 4/4  0:00 left  loss 1.235  1,235 items/s\n');
  const terminal = fakeStream({ isTTY: true, columns: 100 });
  new TrainingProgress({ stream: terminal }).write(step({ steps: undefined, itemsPerSecond: undefined }));
  expect(lastLine(terminal.text)).toBe('epoch 1/2  step 1  loss 1.235');
});

it('prints a line for each validation, and its last step, into a pipe', async () => {
  const stream = fakeStream({});
  const progress = new TrainingProgress({ stream });
  for await (const event of logged(fit(setUp({ validate: { data: pairs(1) } }).options), progress)) {
    if (event.type === 'stopped') progress.print(event.reason);
  }
  const lines = stream.text.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^step 5 {2}validation loss [\d.]+ {2}best so far$/);
  expect(lines[1]).toMatch(/^epoch 2\/2 {2}step 10\/10 {2}0:00 left {2}loss [\d.]+$/);
  expect(lines[2]).toMatch(/^step 10 {2}validation loss/);
  expect(lines[3]).toBe('finished');
  const own = fakeStream({});
  const describeValidation = () => 'mine';
  const again = new TrainingProgress({ stream: own, describeValidation });
  for await (const _ of logged(fit(setUp({ validate: { data: pairs(1) } }).options), again));
  expect(own.text).toMatch(/^mine\n.*\nmine\n$/);
});
