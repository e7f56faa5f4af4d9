import { expect, it } from 'vitest';
import { decodeTraining, encodeTraining, fit } from '../index.ts';
import { TrainingProgress } from '../node.ts';
import { bitsOf, collect } from '../testing/problems.ts';
import { savedState, setUp } from '../testing/runs.ts';
import { checksum } from './checksum.ts';
import { encodeTrainingInTurns } from './encode.ts';

it('gives the same in turns', async () => {
  const state = await savedState();
  expect(await encodeTrainingInTurns(state)).toEqual(encodeTraining(state));
});

it('lets others have their turn while a large state is encoded', async () => {
  const data = new Float32Array(2 ** 25);
  const state = {
    ...(await savedState()),
    model: new Map([['w', { dtype: 'float32' as const, shape: [2 ** 25], data }]]),
  };
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await encodeTrainingInTurns(state);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

it('reads states of format version 1, and goes on from them', async () => {
  const state = await savedState();
  const { tensors, metadata } = encodeTraining(state);
  const root = JSON.parse(metadata.get('sluice.training')!);
  root.version = 1;
  root.validation.reference = 0.5;
  const { epochItems: _, ...progress } = root.progress;
  root.progress = progress;
  const text = JSON.stringify(root);
  const old = new Map([
    ['sluice.training', text],
    ['sluice.checksum', checksum(text, tensors)],
  ]);
  const resume = decodeTraining({ tensors, metadata: old });
  expect(resume.progress.epochItems).toBe(state.progress.epochSteps);
  expect(resume.validation).toEqual(state.validation);
  const [now, before] = [setUp({ epochs: 1, resume: state }), setUp({ epochs: 1, resume })];
  await collect(fit(now.options));
  await collect(fit(before.options));
  expect(await bitsOf(before.model)).toEqual(await bitsOf(now.model));
});

it('TrainingProgress refuses what is no option', () => {
  expect(() => new TrainingProgress({ step: 3 } as never)).toThrow('TrainingProgress: step is no option');
});
