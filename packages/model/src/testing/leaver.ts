import { join } from 'node:path';
import { stageFile } from '@sluice/core/node';

// Begins to write files into a folder, and ends.
const [, , folder = '', ...names] = process.argv;
for (const name of names) process.stdout.write(`${await stageFile(join(folder, name), 'half of a fi')}\n`);
