export { loadCheckpoint, saveCheckpoint } from './node/checkpoint-file.ts';
export { csvLog, jsonLines } from './node/log-files.ts';
export { formatCount, formatDuration, type LineStream, StatusLine } from './node/status-line.ts';
export { tensorBoard } from './node/tensor-board.ts';
export { TrainingProgress, type TrainingProgressOptions } from './node/training-progress.ts';
