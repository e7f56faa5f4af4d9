export { type CTCBeamOptions, type CTCHypothesis, ctcBeamDecode } from './ctc-beam.ts';
export { type CTCPath, ctcGreedyDecode } from './ctc-greedy.ts';
export type { CTCOptions } from './ctc-steps.ts';
export { type SampleOptions, sampleToken } from './sample.ts';
export type { LengthsOption, Scores } from './scores.ts';
export { type TagPath, type ViterbiOptions, viterbiDecode } from './viterbi.ts';
