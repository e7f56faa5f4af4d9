import { FormatError, Random } from '@sluice/core';
import { expect, it } from 'vitest';
import { encodeModel, loadModel } from './index.ts';
import { createDevice, createParts, definition } from './testing/support.ts';

it('loads mutated files as they were or refuses them, a thousand times', async () => {
  const device = createDevice();
  const files = await encodeModel(definition, createParts(1));
  const names = ['config.json', 'model.safetensors', 'preprocessing.json'] as const;
  const random = new Random(3);
  const pick = (count: number) => Math.floor(count * random.next());
  const live = device.live;
  let refused = 0;
  for (let round = 0; round < 1000; round++) {
    const name = names[pick(3)]!;
    const bytes = Uint8Array.from(files[name]);
    for (let i = 0; i <= pick(3); i++) bytes[pick(bytes.length)] = pick(256);
    const mutated = { ...files, [name]: pick(4) === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes };
    try {
      const { model } = await loadModel((file) => Promise.resolve(mutated[file as 'config.json']), definition, device);
      model.dispose();
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(/^(config\.json|model\.safetensors|preprocessing\.json): /);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(900);
  expect(device.live).toBe(live);
});
