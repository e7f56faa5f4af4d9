import { expect, test } from 'vitest';
import { modelFolder, trainedFolder } from './folder.ts';

test('a quick training has a folder of its own, and full models are found first', () => {
  expect(trainedFolder('co2')).toMatch(/runs.co2$/);
  expect(trainedFolder('co2', true)).toMatch(/runs.quick-co2$/);
  expect(modelFolder('co2')).toMatch(/(runs|model).co2$/);
});
