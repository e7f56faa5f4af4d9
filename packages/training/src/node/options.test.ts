import { testOptions } from '../../../../tooling/vitest/taking-options.ts';
import * as node from '../node.ts';

// A state and a stream.
testOptions<typeof node, 'saveCheckpoint' | 'StatusLine'>({
  TrainingProgress: (more) => new node.TrainingProgress(more),
});
