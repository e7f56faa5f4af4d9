export type { LoadOptions } from './bounds.ts';
export { type Figure, type ModelCard, renderCard } from './card.ts';
export {
  defineModel,
  type LoadedModel,
  type ModelDefinition,
  type Preprocessing,
  type Readers,
} from './definition.ts';
export { encodeModel, type ModelFiles, type ModelParts } from './encode.ts';
export type { ReadFile, ReadLimits } from './folder.ts';
export { loadModel } from './load.ts';
