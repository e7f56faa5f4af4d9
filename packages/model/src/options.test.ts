import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as model from './index.ts';
import * as node from './node.ts';
import { createDevice, createParts, definition } from './testing/support.ts';

const device = createDevice();
const folder = join(mkdtempSync(join(tmpdir(), 'sluice-model-')), 'one');
await node.saveModel(folder, definition, createParts(1));
const { encodeModel } = model;
const files = await encodeModel(definition, createParts(1));
const read = async (name: string) => files[name as keyof typeof files];

testOptions<typeof model>({
  defineModel: (more) => model.defineModel({ ...definition, ...more }),
  encodeModel: (more) => encodeModel(definition, { ...createParts(1), ...more }),
  loadModel: (more) => model.loadModel(read, definition, device, more),
  renderCard: (more) => model.renderCard({ title: 'a', summary: 'b', figures: [], ...more }),
});

testOptions<typeof node, 'checkFolder'>({
  loadModel: (more) => node.loadModel(folder, definition, device, more),
  saveModel: (more) => node.saveModel(folder, definition, { ...createParts(1), ...more }),
});
