import { IndexError, OptionError } from '@sluice/core';
import { textTable } from './text-table.ts';
import { checkCounted, checkLength, eachCounted, type MaskOptions, type Values } from './values.ts';

/** How classes are averaged: over all decisions, over classes, or over classes by the number of their targets. */
export type Average = 'micro' | 'macro' | 'weighted';

export interface ClassificationScores {
  /** The share of right ones among what was predicted to be of the class; 0 when nothing was. */
  readonly precision: number;
  /** The share of found ones among what is of the class; 0 when nothing is. */
  readonly recall: number;
  /** Harmonic mean of both (van Rijsbergen 1979), 0 when both are 0. */
  readonly f1: number;
}

export interface ClassScores extends ClassificationScores {
  readonly label: string;
  /** Targets of the class. */
  readonly support: number;
}

export interface CountOptions extends MaskOptions {
  /** Positions with this target do not count, as in `crossEntropy`. Default none. */
  readonly ignoreIndex?: number | undefined;
}

/**
 * Counts which classes were taken for which, over any number of batches, and what follows from it: accuracy, precision, recall and F1. The same
 * numbers as scikit-learn's.
 * @example
 * const matrix = new ConfusionMatrix(['noun', 'verb']);
 * matrix.add([0, 1, 1], [0, 1, 0]);
 * console.log(matrix.accuracy, matrix.average('macro').f1);
 * console.log(matrix.toText());
 */
export class ConfusionMatrix {
  /** Names of the classes, by their index. */
  readonly labels: readonly string[];
  /** [target, predicted] */
  readonly #counts: Float64Array;

  /**
   * @param labels at least one; memory grows with the square of their number
   * @throws OptionError when there is none
   */
  constructor(labels: readonly string[]) {
    if (labels.length === 0) throw new OptionError('ConfusionMatrix: labels are empty, expected at least one');
    this.labels = [...labels];
    this.#counts = new Float64Array(labels.length ** 2);
  }

  /**
   * @param predictions, targets classes from 0, in any layout
   * @throws ShapeError for unequal lengths; IndexError where one that counts is no class. Nothing was added then.
   */
  add(predictions: Values, targets: Values, options: CountOptions = {}): this {
    const operation = 'ConfusionMatrix';
    checkLength(operation, 'predictions', predictions, targets.length, 'as targets');
    const visit = (use: (i: number) => void) =>
      eachCounted(operation, targets.length, options, (i) => {
        if (targets[i] !== options.ignoreIndex) use(i);
      });
    visit((i) => {
      this.#checkClass('predictions', predictions, i);
      this.#checkClass('targets', targets, i);
    });
    visit((i) => {
      this.#counts[targets[i]! * this.labels.length + predictions[i]!]!++;
    });
    return this;
  }

  /** How often the class of this target was predicted to be the other. */
  count(target: number, predicted: number): number {
    return this.#counts[target * this.labels.length + predicted] ?? 0;
  }

  /** Positions that counted. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The share of right predictions. @throws OptionError when nothing was added, as do the others */
  get accuracy(): number {
    checkCounted('ConfusionMatrix', this.total);
    return this.#right() / this.total;
  }

  /** Each class by itself. */
  get classes(): readonly ClassScores[] {
    return this.labels.map((label, k) => {
      const { predicted, support } = this.#sums(k);
      return { label, support, ...scoresOf(this.count(k, k), predicted, support) };
    });
  }

  /**
   * One figure for all classes. Those that were neither target nor prediction have no part in it. With one class per position, as here, all `micro`
   * scores are the accuracy.
   */
  average(kind: Average): ClassificationScores {
    checkCounted('ConfusionMatrix', this.total);
    if (kind === 'micro') return scoresOf(this.#right(), this.total, this.total);
    const classes = this.classes.filter(({ support }, k) => support + this.#sums(k).predicted > 0);
    const weightOf = ({ support }: ClassScores) => (kind === 'macro' ? 1 : support);
    const weights = classes.reduce((sum, scores) => sum + weightOf(scores), 0);
    const mean = (name: keyof ClassificationScores) =>
      classes.reduce((sum, scores) => sum + weightOf(scores) * scores[name], 0) / weights;
    return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
  }

  /** The counts as a table: a row for each target, a column for each prediction. */
  toText(): string {
    const rows = this.labels.map((label, i) => [label, ...this.labels.map((_, j) => String(this.count(i, j)))]);
    return textTable([['target \\ predicted', ...this.labels], ...rows]);
  }

  /** Precision, recall, F1 and number of targets of each class and their averages, as a table. */
  scoresToText(): string {
    const row = (label: string, { precision, recall, f1 }: ClassificationScores, support: number) => [
      label,
      ...[precision, recall, f1].map((score) => score.toFixed(3)),
      String(support),
    ];
    return textTable([
      ['', 'precision', 'recall', 'F1', 'targets'],
      ...this.classes.map((scores) => row(scores.label, scores, scores.support)),
      ...(['micro', 'macro', 'weighted'] as const).map((kind) => row(kind, this.average(kind), this.total)),
    ]);
  }

  #right(): number {
    return this.labels.reduce((sum, _, k) => sum + this.count(k, k), 0);
  }

  #sums(k: number): { predicted: number; support: number } {
    let predicted = 0;
    let support = 0;
    for (let other = 0; other < this.labels.length; other++) {
      predicted += this.count(other, k);
      support += this.count(k, other);
    }
    return { predicted, support };
  }

  #checkClass(argument: string, values: Values, i: number): void {
    const value = values[i]!;
    if (Number.isInteger(value) && value >= 0 && value < this.labels.length) return;
    const problem = { operation: 'ConfusionMatrix', argument: `${argument}[${i}]`, got: `is ${value}` };
    throw new IndexError({ ...problem, expected: `a class from 0 to ${this.labels.length - 1}` });
  }
}

function scoresOf(right: number, predicted: number, support: number): ClassificationScores {
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    precision: share(right, predicted),
    recall: share(right, support),
    f1: share(2 * right, predicted + support),
  };
}
