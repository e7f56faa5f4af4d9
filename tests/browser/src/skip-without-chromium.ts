import { beforeEach } from 'vitest';

beforeEach((test) => test.skip('there is no Chromium; npm test says how to install one'));
