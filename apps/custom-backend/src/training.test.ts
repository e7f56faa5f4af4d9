import { expect, it } from 'vitest';
import { createArrayBackend } from './backend.ts';
import { learnWave } from './wave.ts';

it('learns the wave of the README', async () => {
  const losses: string[] = [];
  for await (const loss of learnWave(createArrayBackend(), 26)) losses.push(loss.toFixed(4));
  expect([losses[0], losses[25]]).toEqual(['0.4641', '0.0303']);
}, 60_000);
