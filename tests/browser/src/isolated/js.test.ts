import { createJsBackend } from '@sluice/backend-js';
import { testInChromium } from '../test-in-chromium.ts';

testInChromium({ create: createJsBackend, info: {}, fused: false, lossTolerance: 1e-5 });
