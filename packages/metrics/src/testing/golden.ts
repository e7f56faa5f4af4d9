import { readFileSync } from 'node:fs';

type Triple = readonly [precision: number, recall: number, f1: number];

interface Golden {
  readonly classification: readonly {
    readonly classes: number;
    readonly targets: readonly number[];
    readonly predictions: readonly number[];
    readonly matrix: readonly (readonly number[])[];
    readonly accuracy: number;
    /** Precision, recall, F1 and support, each [classes]. */
    readonly each: readonly (readonly number[])[];
    readonly micro: Triple;
    readonly macro: Triple;
    readonly weighted: Triple;
  }[];
  readonly regression: readonly {
    readonly targets: readonly number[];
    readonly predictions: readonly number[];
    readonly mae: number;
    readonly rmse: number;
    readonly mape: number;
    /** By level. */
    readonly pinball: Readonly<Record<string, number>>;
  }[];
  readonly ranking: readonly { readonly labels: number[]; readonly scores: number[]; readonly auroc: number }[];
  readonly gaussian: readonly {
    readonly mean: number;
    readonly deviation: number;
    readonly target: number;
    readonly crps: number;
  }[];
  readonly erf: readonly (readonly [x: number, y: number])[];
}

/** Numbers that others computed; `fixtures/sklearn_golden.py 1 fixtures/sklearn.json` makes them. */
export const golden = JSON.parse(readFileSync(new URL('./fixtures/sklearn.json', import.meta.url), 'utf8')) as Golden;
