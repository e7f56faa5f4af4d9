export { auroc } from './auroc.ts';
export {
  type Average,
  type ClassificationScores,
  type ClassScores,
  ConfusionMatrix,
  type CountOptions,
} from './confusion-matrix.ts';
export { crpsFromQuantiles, crpsGaussian, intervalCoverage, pinballLoss } from './distributions.ts';
export { characterErrorRate, editDistance, tokenErrorRate, wordErrorRate } from './edit-distance.ts';
export { bitsPerCharacter, perplexity } from './language.ts';
export { type MaseOptions, mae, mape, mase, RegressionErrors, rmse, smape } from './regression.ts';
export { type MaskOptions, maskFromLengths, type Values } from './values.ts';
