import { IndexError, OptionError, ShapeError } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { ConfusionMatrix } from './index.ts';
import { golden } from './testing/golden.ts';

const labels = (count: number) => Array.from({ length: count }, (_, k) => `class ${k}`);

describe('ConfusionMatrix', () => {
  it.each(golden.classification)('counts and scores as scikit-learn does (%#)', (expected) => {
    const matrix = new ConfusionMatrix(labels(expected.classes));
    // In two batches.
    matrix.add(expected.predictions.slice(0, 7), expected.targets.slice(0, 7));
    matrix.add(Int32Array.from(expected.predictions.slice(7)), Int32Array.from(expected.targets.slice(7)));
    expect(expected.matrix.map((row, i) => row.map((_, j) => matrix.count(i, j)))).toEqual(expected.matrix);
    expect(matrix.total).toBe(expected.targets.length);
    expect(matrix.accuracy).toBeCloseTo(expected.accuracy, 14);
    const [precision, recall, f1, support] = expected.each;
    for (const [k, scores] of matrix.classes.entries()) {
      expect(scores.label).toBe(`class ${k}`);
      expect(scores.precision).toBeCloseTo(precision![k]!, 14);
      expect(scores.recall).toBeCloseTo(recall![k]!, 14);
      expect(scores.f1).toBeCloseTo(f1![k]!, 14);
      expect(scores.support).toBe(support![k]);
    }
    for (const kind of ['micro', 'macro', 'weighted'] as const) {
      const scores = matrix.average(kind);
      const found = [scores.precision, scores.recall, scores.f1];
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[kind][i]!, 14);
    }
  });

  it('leaves out padding, whatever stands there', () => {
    const matrix = new ConfusionMatrix(['a', 'b']);
    matrix.add([0, 9, 1, 1], [0, 9, 1, -1], { mask: [true, false, true, true], ignoreIndex: -1 });
    matrix.add([1, 0], [0, 7], { mask: Uint8Array.of(1, 0) });
    expect([0, 1].map((i) => [0, 1].map((j) => matrix.count(i, j)))).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it('prints tables', () => {
    const matrix = new ConfusionMatrix(['noun', 'verb', '–']);
    matrix.add([0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1], [0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(matrix.toText().split('\n')).toEqual([
      'target \\ predicted  noun  verb  –',
      'noun                   2     1  0',
      'verb                   1     9  0',
      '–                      0     0  0',
    ]);
    expect(matrix.scoresToText().split('\n')).toEqual([
      '          precision  recall     F1  targets',
      'noun          0.667   0.667  0.667        3',
      'verb          0.900   0.900  0.900       10',
      '–             0.000   0.000  0.000        0',
      'micro         0.846   0.846  0.846       13',
      'macro         0.783   0.783  0.783       13',
      'weighted      0.846   0.846  0.846       13',
    ]);
  });

  it('refuses what is no class, and adds nothing then', () => {
    const matrix = new ConfusionMatrix(['a', 'b']);
    const refused: [add: () => unknown, message: string][] = [
      [() => matrix.add([0, 2], [0, 1]), 'ConfusionMatrix: predictions[1] is 2, expected a class from 0 to 1'],
      [() => matrix.add([0, 1], [0, -1]), 'ConfusionMatrix: targets[1] is -1, expected a class from 0 to 1'],
      [() => matrix.add([0, Number.NaN], [0, 1]), 'ConfusionMatrix: predictions[1] is NaN, expected a class'],
    ];
    for (const [add, message] of refused) {
      expect(add).toThrow(IndexError);
      expect(add).toThrow(message);
    }
    expect(() => matrix.add([0], [0, 1])).toThrow(ShapeError);
    expect(() => matrix.add([0], [0, 1])).toThrow('ConfusionMatrix: predictions has 1 element, expected 2, as targets');
    expect(() => matrix.add([0, 1], [0, 1], { mask: [1, 1, 1] })).toThrow(
      'ConfusionMatrix: mask has 3 elements, expected 2, as targets',
    );
    expect(matrix.total).toBe(0);
    const empty = 'ConfusionMatrix: there is nothing to measure, expected at least one position that counts';
    expect(() => matrix.accuracy).toThrow(empty);
    expect(() => matrix.average('macro')).toThrow(empty);
    expect(() => new ConfusionMatrix([])).toThrow(OptionError);
  });
});

it('shows labels of unknown origin without what a terminal would obey', () => {
  const matrix = new ConfusionMatrix(['a\u001b[2J\n\r', 'b\u202e\u009b']).add([0], [1]);
  for (const text of [matrix.toText(), matrix.scoresToText()]) {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('a\\u001b[2J ');
    expect(text).toContain('b\\u202e\\u009b');
  }
});
