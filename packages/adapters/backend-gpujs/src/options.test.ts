import { testOptions } from '../../../../tooling/vitest/taking-options.ts';
import * as backend from './index.ts';

testOptions<typeof backend>({
  createGpujsBackend: (more) => backend.createGpujsBackend({ mode: 'cpu', ...more }),
});
