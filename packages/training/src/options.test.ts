import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { CRF } from '@sluice/layers';
import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as training from './index.ts';
import { setUp } from './testing/problems.ts';

const device = new Device(createJsBackend());
const x = device.ones([2, 3]);
const rows = device.ones([4, 1, 3]);
const ids = device.zeros([2], 'int32');
const parameters = setUp().model.parameters();
const rate = { learningRate: 1 };

// States that were made by this package.
testOptions<typeof training, 'encodeTraining' | 'decodeTraining'>({
  Adam: (more) => new training.Adam(parameters, more),
  AdamW: (more) => new training.AdamW(parameters, more),
  RMSprop: (more) => new training.RMSprop(parameters, more),
  ReduceOnPlateau: (more) => new training.ReduceOnPlateau({ ...rate, ...more }),
  SGD: (more) => new training.SGD(parameters, { ...rate, ...more }),
  accuracy: (more) => training.accuracy(x, ids, more),
  binaryCrossEntropy: (more) => training.binaryCrossEntropy(x, x, more),
  cosineRestarts: (more) => training.cosineRestarts({ ...rate, period: 2, ...more }),
  crfLoss: (more) => training.crfLoss(new CRF(device, { tags: 3 }), rows, device.zeros([4, 1], 'int32'), more),
  crossEntropy: (more) => training.crossEntropy(x, ids, more),
  ctcLoss: (more) => training.ctcLoss(rows, [[1]], more),
  exponentialDecay: (more) => training.exponentialDecay({ ...rate, factor: 0.5, ...more }),
  fit: (more) => training.fit({ ...setUp().options, ...more }),
  gaussianNegativeLogLikelihood: (more) => training.gaussianNegativeLogLikelihood(x, x, x, more),
  huber: (more) => training.huber(x, x, more),
  linearWarmUp: (more) => training.linearWarmUp({ steps: 2, schedule: 1, ...more }),
  meanAbsoluteError: (more) => training.meanAbsoluteError(x, x, more),
  meanSquaredError: (more) => training.meanSquaredError(x, x, more),
  oneCycle: (more) => training.oneCycle({ maximum: 1, steps: 9, ...more }),
  quantileLoss: (more) => training.quantileLoss(x, device.ones([2]), [0.1, 0.5, 0.9], more),
  stepDecay: (more) => training.stepDecay({ ...rate, every: 2, ...more }),
});
