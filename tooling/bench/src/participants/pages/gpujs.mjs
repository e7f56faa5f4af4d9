import { createGpujsBackend } from '@sluice/backend-gpujs';
import { runner } from '../runner.mjs';
import { sluice } from '../sluice-library.mjs';

globalThis.answer = runner(sluice(() => createGpujsBackend({ mode: 'webgl2' }), {}));
