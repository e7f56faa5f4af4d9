import { createJsBackend } from '@sluice/backend-js';
import { testInChromium } from '../test-in-chromium.ts';

testInChromium({ create: createJsBackend, info: {}, optional: [], lossTolerance: 1e-5 });
