import { expect, test } from 'vitest';
import { textTable } from './text-table.ts';

test('as many rows as there are', () => {
  const lines = textTable(Array.from({ length: 200_000 }, (_, i) => ['row', String(i)])).split('\n');
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([200_000, 'row       0', 'row  199999']);
});
