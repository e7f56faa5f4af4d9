export { loadCheckpoint, saveCheckpoint } from './node/checkpoint-file.ts';
export { formatCount, formatDuration, type LineStream, StatusLine } from './node/status-line.ts';
export { TrainingProgress, type TrainingProgressOptions } from './node/training-progress.ts';
