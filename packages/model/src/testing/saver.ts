import { saveModel } from '../node.ts';
import { createParts, definition } from './support.ts';

// Saves models with seeds from `first` on into a folder, all of them at one time.
const [, , folder = '', first, count] = process.argv;
const saves = Array.from({ length: Number(count) }, (_, i) => {
  const seed = Number(first) + i;
  return saveModel(folder, definition, createParts(seed, 1 + (seed % 5)));
});
await Promise.all(saves);
