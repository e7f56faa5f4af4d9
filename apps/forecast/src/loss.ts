import { square, squeezeAxis } from '@sluice/autograd';
import type { Tensor } from '@sluice/core';
import { gaussianNegativeLogLikelihood, quantileLoss } from '@sluice/training';
import { type Forecaster, normal } from './network.ts';
import { levels } from './settings.ts';

/**
 * The pinball loss of the quantiles, or the negative log-likelihood of the normal distributions.
 * @param targets [batch, horizon], scaled
 */
export function forecastLoss(model: Forecaster, past: Tensor, future: Tensor, targets: Tensor): Tensor {
  const output = model.call(past, future);
  if (model.settings.head === 'quantile') return quantileLoss(output, targets, levels);
  const { mean, deviation } = normal(output);
  return gaussianNegativeLogLikelihood(squeezeAxis(mean, -1), square(squeezeAxis(deviation, -1)), targets);
}
