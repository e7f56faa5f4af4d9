import { IndexError, OptionError, quote, readOptions } from '@sluice/core';
import { textTable } from './text-table.ts';
import {
  checkCounted,
  checkLength,
  countOf,
  eachCounted,
  type MaskOptions,
  maskDefaults,
  type Values,
} from './values.ts';

/** How classes are averaged: over all decisions, over classes, or over classes by the number of their targets. */
export type Average = 'micro' | 'macro' | 'weighted';

const averages: readonly Average[] = ['micro', 'macro', 'weighted'];
const operation = 'ConfusionMatrix';

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
   * @param labels at least one, each once; memory grows with the square of their number
   * @throws OptionError when there is none, for one that comes twice or is no text, and for so many that no memory holds their counts
   */
  constructor(labels: readonly string[]) {
    checkLabels(labels);
    this.labels = [...labels];
    try {
      this.#counts = new Float64Array(labels.length ** 2);
    } catch (cause) {
      const expected = 'so few that memory holds the square of their number';
      throw new OptionError({ operation, argument: 'labels', got: `hold ${labels.length} names`, expected }, { cause });
    }
  }

  /**
   * @param predictions, targets classes from 0, in any layout
   * @throws ShapeError for unequal lengths; IndexError where one that counts is no class. Nothing was added then.
   */
  add(predictions: Values, targets: Values, options?: CountOptions): this {
    const { mask, ignoreIndex } = readOptions(operation, options, { ...maskDefaults, ignoreIndex: undefined });
    const count = countOf(operation, 'targets', targets);
    checkLength(operation, 'predictions', predictions, count, 'as targets');
    const visit = (use: (i: number) => void) =>
      eachCounted(operation, count, mask, (i) => {
        if (targets[i] !== ignoreIndex) use(i);
      });
    visit((i) => {
      this.#checkClass('predictions', predictions[i]!, i);
      this.#checkClass('targets', targets[i]!, i);
    });
    visit((i) => {
      this.#counts[targets[i]! * this.labels.length + predictions[i]!]!++;
    });
    return this;
  }

  /** How often the class of this target was predicted to be the other. @throws IndexError where one is no class */
  count(target: number, predicted: number): number {
    this.#checkClass('target', target);
    this.#checkClass('predicted', predicted);
    return this.#counts[target * this.labels.length + predicted]!;
  }

  /** Positions that counted. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The share of right predictions. @throws OptionError when nothing was added, as do the others */
  get accuracy(): number {
    checkCounted(operation, this.total);
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
    checkCounted(operation, this.total);
    if (!averages.includes(kind)) {
      throw new OptionError({ operation, argument: 'kind', got: `is ${String(kind)}`, expected: averages.join(', ') });
    }
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
      ...averages.map((kind) => row(kind, this.average(kind), this.total)),
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

  #checkClass(name: string, value: number, place?: number): void {
    if (Number.isInteger(value) && value >= 0 && value < this.labels.length) return;
    const argument = place === undefined ? name : `${name}[${place}]`;
    const expected = `a class from 0 to ${this.labels.length - 1}`;
    throw new IndexError({ operation, argument, got: `is ${value}`, expected });
  }
}

function checkLabels(labels: readonly string[]): void {
  if (!Array.isArray(labels)) {
    throw new OptionError({
      operation,
      argument: 'labels',
      got: 'are none',
      expected: 'an array with the name of each class',
    });
  }
  if (labels.length === 0) throw new OptionError(`${operation}: labels are empty, expected at least one`);
  const first = new Map<string, number>();
  for (const [i, label] of (labels as readonly string[]).entries()) {
    const argument = `labels[${i}]`;
    if (typeof label !== 'string') {
      throw new OptionError({ operation, argument, got: `is of type ${typeof label}`, expected: 'a text' });
    }
    const same = first.get(label);
    if (same !== undefined) {
      const got = `is ${quote(label)}, as labels[${same}]`;
      throw new OptionError({ operation, argument, got, expected: 'a name of its own for each class' });
    }
    first.set(label, i);
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
