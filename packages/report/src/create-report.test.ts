import { OptionError } from '@sluice/core';
import { expect, it } from 'vitest';
import { createReport, lossChart, rowsOf, type Section, smooth } from './index.ts';

const chart = { kind: 'chart', title: 'T', x: { label: 'x' }, y: { label: 'y' } } as const;
const line = { name: 'a', x: [1, 2], y: [1, 2] };

it.each<[Section, string]>([
  [{ ...chart, series: [] }, 'series is empty, expected at least one'],
  [{ ...chart, series: [{ ...line, y: [1] }] }, 'series[0].y has 1 values, expected 2, one for each x'],
  [{ ...chart, series: [{ ...line, x: [2, 2] }] }, 'series[0].x[1] is 2, expected a number above 2'],
  [{ ...chart, series: [{ ...line, x: [Number.NaN, 2] }] }, 'series[0].x[0] is NaN, expected a finite number'],
  [
    { ...chart, series: [line], bands: [{ name: 'b', x: [1], lower: [0], upper: [] }] },
    'bands[0].upper has 0 values, expected 1',
  ],
  [{ kind: 'confusion', title: 'T', labels: ['a'], counts: [] }, 'counts has 0 rows, expected 1, one for each label'],
  [{ kind: 'confusion', title: 'T', labels: ['a'], counts: [[1, 2]] }, 'counts[0] has 2 entries, expected 1'],
  [{ kind: 'confusion', title: 'T', labels: ['a'], counts: [[0.5]] }, 'counts[0][0] is 0.5, expected a whole number'],
  [{ kind: 'table', title: 'T', columns: ['a'], rows: [['x'], []] }, 'rows[1] has 0 entries, expected 1'],
  [{ kind: 'heat', title: 'T', maps: [] }, 'maps is empty, expected at least one'],
  [{ kind: 'heat', title: 'T', maps: [{ name: 'f', values: [] }] }, 'maps[0].values is empty, expected [time][unit]'],
  [
    { kind: 'heat', title: 'T', steps: ['a'], maps: [{ name: 'f', values: [[1], [1]] }] },
    'maps[0].values has 2 time steps, expected 1',
  ],
  [
    { kind: 'heat', title: 'T', maps: [{ name: 'f', values: [[1, 2], [1]] }] },
    'maps[0].values[1] has 1 entries, expected 2',
  ],
  [
    { kind: 'heat', title: 'T', maps: [{ name: 'f', values: [[Number.NaN]] }] },
    'maps[0].values[0][0] is NaN, expected a finite number',
  ],
  [
    { kind: 'heat', title: 'T', maps: [{ name: 'f', values: [[1]], range: [1, 1] }] },
    'maps[0].range is 1 to 1, expected a lowest value below a highest one',
  ],
])('refuses %j', (section, message) => {
  const create = () => createReport({ title: 'R', sections: [section] });
  expect(create).toThrow(OptionError);
  expect(create).toThrow(`createReport: sections[0] (T).${message}`);
});

it('smooths with a half-life, without a lag at the beginning, over gaps', () => {
  expect([...smooth([4, 4, 4])]).toEqual([4, 4, 4]);
  // Weights 1 and 1/2, then 1, 1/2 and 1/4.
  const [first, second, gap, last] = smooth([3, 0, Number.NaN, 7], 1);
  expect([first, second, gap]).toEqual([3, 1, Number.NaN]);
  expect(last).toBeCloseTo((7 + 0.75) / 1.75, 12);
});

it('makes a chart of losses', () => {
  const { series, y } = lossChart({ train: { x: [1, 2], y: [4, 4] }, validation: { x: [2], y: [5] }, label: 'nats' });
  expect(y.label).toBe('nats');
  expect(series.map(({ name, faint }) => [name, faint])).toEqual([
    ['train', true],
    ['train, smoothed', undefined],
    ['validation', undefined],
  ]);
  expect(Array.from(series[1]!.y)).toEqual([4, 4]);
});

it('cuts data into rows', () => {
  expect(rowsOf(Float32Array.of(1, 2, 3, 4, 5, 6), 3)).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

it.each<[string, object, string]>([
  [
    'the report',
    { titel: 'T' },
    'titel is no option, expected one of title, summary, facts, sections (did you mean title?)',
  ],
  [
    'a section',
    { sections: [{ kind: 'table', title: 'A', columns: [], rows: [], row: 1 }] },
    'sections[0].row is no option',
  ],
  [
    'a section of no kind',
    { sections: [{ kind: 'tables', title: 'A' }] },
    'sections[0].kind is "tables", expected one of figures,',
  ],
  [
    'a section without a part',
    { sections: [{ kind: 'table', title: 'A', columns: [] }] },
    'sections[0].rows is missing',
  ],
  [
    'a figure',
    { sections: [{ kind: 'figures', title: 'A', figures: [{ name: 'a', value: '1', baseline: {} }] }] },
    'sections[0] (A).figures[0].baseline is no option',
  ],
  [
    'a series',
    {
      sections: [
        {
          kind: 'chart',
          title: 'A',
          x: { label: '' },
          y: { label: '' },
          series: [{ name: 'a', x: [1], y: [1], pale: true }],
        },
      ],
    },
    'sections[0] (A).series[0].pale is no option',
  ],
  [
    'an axis',
    { sections: [{ kind: 'chart', title: 'A', x: { label: '', log: 1 }, y: { label: '' }, series: [] }] },
    'sections[0] (A).x.log is no option',
  ],
  [
    'a map',
    { sections: [{ kind: 'heat', title: 'A', maps: [{ name: 'a', values: [[1]], ranges: [0, 1] }] }] },
    'sections[0] (A).maps[0].ranges is no option',
  ],
])('knows the parts of %s', (_, changed, message) => {
  expect(() => createReport({ title: 'R', sections: [], ...changed } as never)).toThrow(`createReport: ${message}`);
});

it('refuses times that are no dates', () => {
  const chart = (x: number) =>
    createReport({
      title: 'R',
      sections: [
        {
          kind: 'chart',
          title: 'A',
          x: { label: '', time: true },
          y: { label: '' },
          series: [{ name: 'a', x: [x], y: [1] }],
        },
      ],
    });
  expect(() => chart(8.64e15)).not.toThrow();
  expect(() => chart(1e16)).toThrow('series[0].x[0] is 10000000000000000, expected milliseconds of a date');
});
