import { testOptions } from '../../../../tooling/vitest/taking-options.ts';
import * as backend from './index.ts';

testOptions<typeof backend>({
  createJsBackend: (more) => backend.createJsBackend({ ...more }),
});
