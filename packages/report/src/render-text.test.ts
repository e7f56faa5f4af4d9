import { expect, it } from 'vitest';
import { createReport, renderText } from './index.ts';
import { exampleReport } from './testing/example.ts';

const day = 86_400_000;

it('shows each kind of section as a table', () => {
  const report = createReport({
    title: 'Weather',
    summary: 'Tomorrow.',
    facts: { seed: '1' },
    sections: [
      {
        kind: 'figures',
        title: 'Figures',
        figures: [
          { name: 'MAE', value: '2.1 °C', baselines: { persistence: '2.2 °C' } },
          { name: 'coverage', value: '89 %' },
        ],
      },
      {
        kind: 'chart',
        title: 'Forecast',
        note: 'Inside the band.',
        x: { label: 'date', time: true },
        y: { label: '°C' },
        series: [
          { name: 'pale', x: [0], y: [1], faint: true },
          { name: 'actual', x: [0, day, 2.5 * day], y: [10, Number.NaN, 12.3456] },
        ],
        bands: [{ name: '90 %', x: [day], lower: [9], upper: [14] }],
      },
      {
        kind: 'confusion',
        title: 'Confusion',
        labels: ['a', 'b'],
        counts: [
          [3, 1],
          [0, 0],
        ],
      },
      {
        kind: 'table',
        title: 'Samples',
        columns: ['word', 'p'],
        rows: [
          ['jury', 0.5],
          ['said', 12345],
        ],
      },
      {
        kind: 'heat',
        title: 'Gates',
        steps: ['the', 'jury'],
        maps: [
          {
            name: 'forget',
            values: [
              [0, 0.5],
              [1, 1],
            ],
          },
        ],
      },
    ],
  });
  expect(renderText(report)).toBe(`Weather
=======

Tomorrow.

seed  1

Figures
-------
figure    this model  persistence
MAE           2.1 °C       2.2 °C
coverage        89 %

Forecast
--------
Inside the band.
date              actual  90 %, lower  90 %, upper
1970-01-01            10
1970-01-02                          9           14
1970-01-03 12:00   12.35            9           14

Confusion
---------
actual \\ predicted  a  b   right
a                   3  1  75.0 %
b                   0  0

Samples
-------
word       p
jury  0.5000
said  12,345

Gates
-----
step    forget, mean
1 the         0.2500
2 jury             1
`);
});

it('samples long series with both ends, and cuts long cells', () => {
  const lines = renderText(exampleReport()).split('\n');
  const loss = lines.slice(lines.indexOf('Loss') + 2, lines.indexOf('Learning rate') - 1);
  expect(loss).toHaveLength(13);
  expect([loss[1]?.trim().split(/\s+/)[0], loss[12]?.trim().split(/\s+/)[0]]).toEqual(['1', '1200']);
  expect(lines.find((line) => line.startsWith('a much longer'))).toContain('in its c…  DET ADV');
});

it('leaves nothing that a terminal would obey', () => {
  const title = 'a\u001b[31mred\u0007\n\tb\u202e\u009b';
  const sections = [{ kind: 'table', title, columns: [title], rows: [[title]] }] as const;
  const text = renderText(createReport({ title, summary: title, facts: { [title]: title }, sections }));
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(text).toContain('a\\u001b[31mred\\u0007 b\\u202e\\u009b');
});

it('lays out tables of any length', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [`row ${i}`, i]);
  rows.push(['x'.repeat(1_000_000), 1]);
  const text = renderText(
    createReport({ title: 'R', sections: [{ kind: 'table', title: 'T', columns: ['a', 'b'], rows }] }),
  );
  expect(text.split('\n')).toHaveLength(200_008);
});
