export { withLock } from './node/lock.ts';
export { readRegularFile, streamRegularFile } from './node/read-file.ts';
export { unzipBounded } from './node/unzip.ts';
export { flushFolder, flushFolderSync, removeAbandoned, stageFile, writeFileWhole } from './node/whole-file.ts';
