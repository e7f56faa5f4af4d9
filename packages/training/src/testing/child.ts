import { fit } from '../index.ts';
import { saveCheckpoint } from '../node.ts';
import { setUp } from './runs.ts';

// Trains and saves after every step, until somebody kills it.
const path = process.argv[2] as string;
const { options } = setUp({ epochs: 1000 });
for await (const event of fit({
  ...options,
  checkpoint: { everySteps: 1, save: (state) => saveCheckpoint(path, state) },
})) {
  if (event.type === 'checkpoint') process.stdout.write(`${event.step}\n`);
}
