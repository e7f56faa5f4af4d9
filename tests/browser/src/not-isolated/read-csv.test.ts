import { readCsv } from '@sluice/data';
import { expect, it } from 'vitest';

const text = 'day,load,sky\n2024-02-29,1.5,"sun, mostly"\n2024-03-01,NA,rain\n';

it('reads CSV in a page, from a text and from a stream', async () => {
  const table = await readCsv(text);
  expect(table.row(0)).toEqual({ day: new Date('2024-02-29T00:00:00Z'), load: 1.5, sky: 'sun, mostly' });
  expect(table.row(1)).toEqual({ day: new Date('2024-03-01T00:00:00Z'), load: null, sky: 'rain' });
  const { body } = new Response(text);
  expect(await readCsv(body as NonNullable<typeof body>)).toEqual(table);
});

it('refuses in a page what it refuses in Node', async () => {
  await expect(readCsv('a,b\n1\n')).rejects.toThrow('readCsv: line 2, column "b" is missing: the row has 1 cells');
  await expect(readCsv('a\n"1\n')).rejects.toThrow('line 2, column "a" has a quote that is never closed');
  await expect(readCsv('')).rejects.toThrow('readCsv: is empty, expected a line of column names');
});
