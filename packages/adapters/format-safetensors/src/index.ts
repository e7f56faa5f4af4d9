export { readSafetensors, type SafetensorsContents } from './read.ts';
export { writeSafetensors } from './write.ts';
