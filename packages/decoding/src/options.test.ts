import { Random } from '@sluice/core';
import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as decoding from './index.ts';

const scores = { data: new Float32Array(6), shape: [3, 1, 2] };

testOptions<typeof decoding>({
  ctcBeamDecode: (more) => decoding.ctcBeamDecode(scores, more),
  ctcGreedyDecode: (more) => decoding.ctcGreedyDecode(scores, more),
  sampleToken: (more) => decoding.sampleToken([0, 1], new Random(1), more),
  viterbiDecode: (more) => decoding.viterbiDecode(scores, { transitions: new Float32Array(4), ...more }),
});
