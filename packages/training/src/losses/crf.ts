import { negate, reshape, select } from '@sluice/autograd';
import {
  formatShape,
  OptionError,
  readOptions,
  ShapeError,
  sameShape,
  type Tensor,
  withPublicNames,
} from '@sluice/core';
import type { CRF, CRFInput } from '@sluice/layers';
import { checkLike, checkTensor } from '../checks.ts';
import { inLoss } from './loss-label.ts';
import { type LossOptions, lossDefaults, reduce, weightingOf } from './support.ts';

export interface CRFLossOptions extends LossOptions, CRFInput {}

const operation = 'crfLoss';

/**
 * The negative log-likelihood of the tags under a conditional random field (Lafferty, McCallum & Pereira 2001), in nats of whole rows.
 * @param emissions [time, batch, tags], of the layer's dtype
 * @param tags [time, batch], int32; anything beyond a row's end, or in a row of weight 0
 * @returns a scalar, the mean over rows, or [batch] with `reduction: 'none'`
 * @throws ShapeError, DTypeError, DeviceError when emissions, tags, lengths or the weights [batch] do not fit; IndexError for a tag that is none; OptionError
 * @example
 * const loss = crfLoss(new CRF(device, { tags: classes }), y, targets, { lengths });
 */
export function crfLoss(crf: CRF, emissions: Tensor, tags: Tensor, options?: CRFLossOptions): Tensor {
  const { lengths, weights, reduction } = readOptions(operation, options, { ...lossDefaults, lengths: undefined });
  check(crf, emissions, tags);
  const [, batch] = emissions.shape as [number, number, number];
  const weighting = weightingOf(operation, weights, emissions, [batch]);
  return inLoss(operation, () => {
    let [scores, path] = [emissions, tags];
    if (weighting) {
      scores = select(reshape(weighting.kept, [1, batch, 1]), emissions, 0);
      path = select(reshape(weighting.kept, [1, batch]), tags, 0);
    }
    const names = { emissions: 'emissions', tags: 'tags', indices: 'tags', lengths: 'lengths' };
    const likelihoods = withPublicNames({ operation, names }, () => crf.call(scores, path, { lengths }));
    return reduce(operation, negate(likelihoods), reduction, weighting);
  });
}

/** Shapes, before weights spread over them; the layer checks the rest. */
function check(crf: CRF, emissions: Tensor, tags: Tensor): void {
  if (typeof crf?.call !== 'function') {
    throw new OptionError({ operation, argument: 'crf', got: 'is none', expected: 'a CRF of @sluice/layers' });
  }
  checkTensor(operation, 'emissions', emissions);
  checkLike(operation, 'tags', tags, emissions, 'emissions', 'int32');
  if (emissions.rank !== 3) {
    const got = `has shape ${formatShape(emissions.shape)}`;
    throw new ShapeError({ operation, argument: 'emissions', got, expected: `[time, batch, ${crf.tags}]` });
  }
  if (!sameShape(tags.shape, emissions.shape.slice(0, 2))) {
    const expected = `${formatShape(emissions.shape.slice(0, 2))}, the emissions' shape without its last axis`;
    throw new ShapeError({ operation, argument: 'tags', got: `has shape ${formatShape(tags.shape)}`, expected });
  }
}
