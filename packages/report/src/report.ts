import type { ChartSection } from './chart.ts';

/** What to tell of a training or an evaluation: plain data, in the order in which it is shown. */
export interface ReportContent {
  readonly title: string;
  /** A sentence or two below the title. Default none. */
  readonly summary?: string | undefined;
  /** What the figures depend on, by name: data, split, seed, date, duration, command. Default none. */
  readonly facts?: Readonly<Record<string, string>> | undefined;
  readonly sections: readonly Section[];
}

export type Section = FiguresSection | ChartSection | ConfusionSection | TableSection | HeatSection;

/** What all sections have. */
export interface SectionBase {
  readonly title: string;
  /** A sentence that says how to read it. Default none. */
  readonly note?: string | undefined;
}

/** Key figures beside what they must beat. */
export interface FiguresSection extends SectionBase {
  readonly kind: 'figures';
  readonly figures: readonly Figure[];
}

/** A figure with its unit, as it is to be read, e.g. `2.101 °C`. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  /** The same of simple methods, by their names. Default none. */
  readonly baselines?: Readonly<Record<string, string>> | undefined;
}

/** How often a class was taken for another. */
export interface ConfusionSection extends SectionBase {
  readonly kind: 'confusion';
  readonly labels: readonly string[];
  /** [actual][predicted], in the order of the labels; whole numbers of at least 0. */
  readonly counts: readonly (readonly number[])[];
}

/** Anything in rows, such as sample predictions. */
export interface TableSection extends SectionBase {
  readonly kind: 'table';
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Values of many units over time, such as the gates of a layer (`inspect`), as maps of colours. */
export interface HeatSection extends SectionBase {
  readonly kind: 'heat';
  /** What stands at each time step, such as words. Default: its number. */
  readonly steps?: readonly string[] | undefined;
  readonly maps: readonly HeatMap[];
}

export interface HeatMap {
  readonly name: string;
  /** [time][unit]; `rowsOf` makes them of the data of a tensor. */
  readonly values: readonly (readonly number[])[];
  /** What the ends of the colours stand for. Default [0, 1], the range of gates. */
  readonly range?: readonly [lowest: number, highest: number] | undefined;
}

/**
 * Elements [time, unit] as rows: of the data of an `inspect`ed gate [1, time, unit] what a heat map takes.
 * @example
 * const forget = lstm.inspect(x)[0]!.activations.forget!;
 * const values = rowsOf(await forget.data(), lstm.hiddenSize).slice(0, time);   // of the first sequence of the batch
 */
export function rowsOf(data: ArrayLike<number>, units: number): number[][] {
  const rows = Array.from({ length: data.length / units }, (_, t) => t * units);
  return rows.map((begin) => Array.from({ length: units }, (_, unit) => data[begin + unit]!));
}
