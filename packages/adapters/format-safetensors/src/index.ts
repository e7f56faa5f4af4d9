export {
  type ReadSafetensorsOptions,
  readSafetensors,
  readSafetensorsHeader,
  type SafetensorsContents,
  type SafetensorsEntry,
} from './read.ts';
export { writeSafetensors } from './write.ts';
