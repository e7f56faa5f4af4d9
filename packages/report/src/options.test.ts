import { testOptions } from '../../../tooling/vitest/taking-options.ts';
import * as report from './index.ts';

// What `createReport` has checked.
testOptions<typeof report, 'renderText'>({
  createReport: (more) => report.createReport({ title: 'a', sections: [], ...more }),
  lossChart: (more) => report.lossChart({ train: { x: [1], y: [1] }, ...more }),
});
