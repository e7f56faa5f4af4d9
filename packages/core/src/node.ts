export { withLock } from './node/lock.ts';
export { readRegularFile } from './node/read-file.ts';
export { flushFolder, flushFolderSync, removeAbandoned, stageFile, writeFileWhole } from './node/whole-file.ts';
