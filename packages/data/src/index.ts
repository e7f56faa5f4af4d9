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
export { Scaler, type ScalerOptions } from './scaler.ts';
export type { ColumnScaling, ScalingMethod } from './scaler-column.ts';
export type { ScalerJson } from './scaler-json.ts';
export {
  type Field,
  type FieldPadding,
  type Fields,
  type PaddedFields,
  type PaddedTokens,
  padFields,
  type SequenceBatchesOptions,
  sequenceBatches,
} from './sequence-batches.ts';
export { shuffledOrder } from './shuffle.ts';
export { type Fractions, type RowRange, type Sliceable, sliceRows, splitInOrder, splitShuffled } from './split.ts';
export {
  batchStream,
  filterStream,
  mapStream,
  prefetchBatches,
  prefetchStream,
  streamBatches,
} from './streams.ts';
export { type CalendarEncoding, type CalendarPart, calendarFeatures } from './table/calendar-features.ts';
export { categoryFeatures } from './table/category-features.ts';
export type { CellFormat } from './table/cell-format.ts';
export type { CategoryColumn, Column, DateColumn, Inference, NumberColumn, StringColumn } from './table/column.ts';
export type { ColumnType } from './table/column-builder.ts';
export { countMissing, dropMissing, type FillPolicy, fillMissing } from './table/missing.ts';
export type { NumberFormat } from './table/parse-number.ts';
export { type ReadCsvOptions, type ReadProgress, readCsv } from './table/read-csv.ts';
export { type ReadJsonOptions, readJson } from './table/read-json.ts';
export { type Cell, type MatrixOptions, Table } from './table/table.ts';
export type { ColumnOptions } from './table/table-columns.ts';
export { detectFrequency } from './time/detect-frequency.ts';
export { Frequency, type FrequencyName } from './time/frequency.ts';
export { findGaps, type Gap } from './time/gaps.ts';
export { type ResampleFill, type ResampleOptions, resample } from './time/resample.ts';
export { isClockChange } from './time/rising.ts';
export { formatTime } from './time/utc.ts';
export { dateRanges, type Fold, type RollingOriginsOptions, rollingOrigins, timeRanges } from './time-ranges.ts';
export { Vocabulary, type VocabularyOptions } from './vocabulary.ts';
export type { VocabularyJson } from './vocabulary-json.ts';
export {
  slidingWindows,
  type WindowBatchesOptions,
  type WindowOptions,
  type Windows,
  windowBatches,
} from './windows.ts';
