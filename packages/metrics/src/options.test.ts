import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as metrics from './index.ts';

const [x, y] = [
  [1, 2],
  [2, 4],
];

testOptions<typeof metrics, 'editDistance'>({
  auroc: (more) => metrics.auroc(x!, [0, 1], more),
  crpsFromQuantiles: (more) => metrics.crpsFromQuantiles(x!, y!, [0.5], more),
  crpsGaussian: (more) => metrics.crpsGaussian(x!, x!, y!, more),
  intervalCoverage: (more) => metrics.intervalCoverage(x!, y!, x!, more),
  mae: (more) => metrics.mae(x!, y!, more),
  mape: (more) => metrics.mape(x!, y!, more),
  mase: (more) => metrics.mase(x!, y!, { history: x!, ...more }),
  pinballLoss: (more) => metrics.pinballLoss(x!, y!, 0.5, more),
  rmse: (more) => metrics.rmse(x!, y!, more),
  smape: (more) => metrics.smape(x!, y!, more),
});
