import { saveModel } from '../node.ts';
import { createParts, definition } from './support.ts';

// Saves one model after the other into a folder, until somebody kills it.
const folder = process.argv[2] as string;
for (let seed = 1; ; seed++) {
  await saveModel(folder, definition, createParts(seed, 1 + (seed % 5)));
  process.stdout.write(`${seed}\n`);
}
