import { expect, it } from 'vitest';
import * as metrics from './index.ts';
import { textTable } from './text-table.ts';

const { ConfusionMatrix, RegressionErrors } = metrics;
const four = [1, 2, 3, 4];
const bits = [0, 1, 1, 0];

interface Case {
  /** Arguments but the options. */
  readonly given: Record<string, unknown>;
  readonly known: string;
  readonly run?: (...args: never[]) => unknown;
  /** Options that are required. */
  readonly options?: object;
}

const pair = { predictions: four, targets: four };
const cases: Record<string, Case> = {
  auroc: { given: { scores: four, labels: bits }, known: 'mask' },
  pinballLoss: { given: { forecasts: four, targets: four, level: 0.5 }, known: 'mask' },
  crpsFromQuantiles: { given: { forecasts: four, targets: four, levels: [0.5] }, known: 'mask' },
  crpsGaussian: { given: { means: four, deviations: four, targets: four }, known: 'mask' },
  intervalCoverage: { given: { lower: four, upper: four, targets: four }, known: 'mask' },
  mae: { given: pair, known: 'mask' },
  rmse: { given: pair, known: 'mask' },
  mape: { given: pair, known: 'mask' },
  smape: { given: pair, known: 'mask' },
  mase: { given: pair, known: 'history, season, mask', options: { history: [1, 3] } },
  RegressionErrors: {
    given: pair,
    known: 'mask',
    run: (...args: never[]) =>
      new RegressionErrors().add(...(args as unknown as Parameters<metrics.RegressionErrors['add']>)),
  },
  ConfusionMatrix: {
    given: { predictions: bits, targets: bits },
    known: 'mask, ignoreIndex',
    run: (...args: never[]) =>
      new ConfusionMatrix(['a', 'b']).add(...(args as unknown as Parameters<metrics.ConfusionMatrix['add']>)),
  },
};

/** Take no options. */
const without = [
  'bitsPerCharacter',
  'perplexity',
  'editDistance',
  'tokenErrorRate',
  'characterErrorRate',
  'wordErrorRate',
];

it('are all that take options', () => {
  expect([...Object.keys(cases), ...without, 'maskFromLengths'].sort()).toEqual(Object.keys(metrics).sort());
});

it.each(Object.entries(cases))('%s refuses options that are none, and tells of its own arguments', (name, each) => {
  const { given, known, options = {} } = each;
  const call = each.run ?? (metrics as unknown as Record<string, (...args: never[]) => unknown>)[name]!;
  const run = (changed: object, last?: unknown) => () =>
    call(...(Object.values({ ...given, ...changed }) as never[]), last as never);
  expect(run({}, options)).not.toThrow();
  expect(run({}, { ...options, mask: undefined })).not.toThrow();
  expect(run({}, { ...options, msk: [1, 1, 1, 1] })).toThrow(
    `${name}: msk is no option, expected one of ${known} (did you mean mask?)`,
  );
  expect(run({}, [1, 1, 0, 1])).toThrow(
    `${name}: options is of class Array, expected an object with options among ${known}`,
  );
  expect(run({}, { ...options, mask: [1] })).toThrow(`${name}: mask has 1 element, expected 4, as targets`);
  expect(run({}, { ...options, mask: 1 })).toThrow(`${name}: mask is none, expected an array of 4`);
  for (const [argument, value] of Object.entries(given)) {
    if (!Array.isArray(value)) continue;
    expect(run({ [argument]: undefined }, options)).toThrow(new RegExp(`^${name}: ${argument} (is|are) none`));
    if (argument === 'levels') continue;
    const spoilt = [...value.slice(0, 3), Number.NaN];
    expect(run({ [argument]: spoilt }, options)).toThrow(`${name}: ${argument}[3] is NaN`);
    expect(run({ [argument]: spoilt }, { ...options, mask: [1, 1, 1, 0] })).not.toThrow();
  }
});

it('ConfusionMatrix refuses names that come twice, classes and averages that are none', () => {
  const make = (labels: unknown) => () => new ConfusionMatrix(labels as string[]);
  expect(make(['a', 'b', 'a'])).toThrow(
    'ConfusionMatrix: labels[2] is "a", as labels[0], expected a name of its own for each class',
  );
  expect(make(['', ''])).toThrow('ConfusionMatrix: labels[1] is "", as labels[0]');
  expect(make(['a', 1])).toThrow('ConfusionMatrix: labels[1] is of type number, expected a text');
  expect(make('ab')).toThrow('ConfusionMatrix: labels are none, expected an array with the name of each class');
  expect(make(Array.from({ length: 200_000 }, (_, i) => String(i)))).toThrow(
    'ConfusionMatrix: labels hold 200000 names, expected so few that memory holds the square of their number',
  );
  const matrix = new ConfusionMatrix(['a', 'constructor']).add([0, 1], [1, 1]);
  expect([matrix.count(1, 0), matrix.count(0, 1)]).toEqual([1, 0]);
  expect(() => matrix.count(0, 2)).toThrow('ConfusionMatrix: predicted is 2, expected a class from 0 to 1');
  expect(() => matrix.count(-1, 0)).toThrow('ConfusionMatrix: target is -1, expected a class from 0 to 1');
  expect(() => matrix.average('mean' as never)).toThrow(
    'ConfusionMatrix: kind is mean, expected micro, macro, weighted',
  );
});

it('tables have any number of rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => [String(i), 'x']);
  expect(textTable(rows).length).toBeGreaterThan(200_000);
});

it('error rates take arrays of texts', () => {
  expect(() => metrics.wordErrorRate('a b' as never, 'a b' as never)).toThrow(
    'wordErrorRate: references is none, expected an array',
  );
});
