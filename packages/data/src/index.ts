export type { BatchSource, CountedBatchSource } from './batch-source.ts';
export { type BucketedBatchesOptions, type BucketedBatchSource, bucketedBatches } from './bucketed-batches.ts';
export {
  type ContiguousBatch,
  type ContiguousBatchesOptions,
  type ContiguousBatchSource,
  contiguousBatches,
} from './contiguous-batches.ts';
export { type ExampleBatchesOptions, exampleBatches } from './example-batches.ts';
export { type PaddedSequences, type PadSequencesOptions, padSequences, type Sequence } from './pad-sequences.ts';
export { shuffledOrder } from './shuffle.ts';
export { type Fractions, type Sliceable, splitInOrder, splitShuffled } from './split.ts';
export { batchStream, filterStream, mapStream, prefetchStream, streamBatches } from './streams.ts';
export { Vocabulary, type VocabularyOptions } from './vocabulary.ts';
export type { VocabularyJson } from './vocabulary-json.ts';
export {
  slidingWindows,
  type WindowBatchesOptions,
  type WindowOptions,
  type Windows,
  windowBatches,
} from './windows.ts';
