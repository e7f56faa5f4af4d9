import { negate } from '@sluice/autograd';
import type { Tensor } from '@sluice/core';
import type { CRF, CRFInput } from '@sluice/layers';
import { type LossOptions, reduce, weightingOf } from './support.ts';

export interface CRFLossOptions extends LossOptions, CRFInput {}

/**
 * The negative log-likelihood of the tags under a conditional random field (Lafferty, McCallum & Pereira 2001), in nats of whole rows.
 * @param emissions [time, batch, tags], of the layer's dtype
 * @param tags [time, batch], int32; anything beyond a row's end
 * @returns a scalar, the mean over rows, or [batch] with `reduction: 'none'`
 * @throws as the layer; ShapeError, DTypeError when the weights [batch] do not fit
 * @example
 * const loss = crfLoss(new CRF(device, { tags: classes }), y, targets, { lengths });
 */
export function crfLoss(crf: CRF, emissions: Tensor, tags: Tensor, options: CRFLossOptions = {}): Tensor {
  const losses = negate(crf.call(emissions, tags, options));
  const weighting = weightingOf('crfLoss', options.weights, losses.shape, losses.dtype);
  return reduce('crfLoss', losses, options.reduction, weighting);
}
