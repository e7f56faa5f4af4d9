export { readCsvFile, readJsonFile } from './node/read-table.ts';
export { readLines, readTextFile } from './node/read-text.ts';
