import { readOptions, required } from '@sluice/core';
import type { SectionBase } from './report.ts';

/** Lines, and bands between lines, over a common axis. */
export interface ChartSection extends SectionBase {
  readonly kind: 'chart';
  readonly x: Axis & {
    /** The values are milliseconds since 1970, shown as dates in UTC. Default false. */
    readonly time?: boolean | undefined;
  };
  readonly y: Axis & {
    /** Default `linear`. On a `log` axis values of 0 and less are left out. */
    readonly scale?: 'linear' | 'log' | undefined;
  };
  readonly series: readonly Series[];
  /** Such as prediction intervals. Default none. */
  readonly bands?: readonly Band[] | undefined;
}

export interface Axis {
  /** What is shown, with its unit, e.g. `temperature (°C)`. */
  readonly label: string;
}

export interface Series {
  readonly name: string;
  /** Rising. */
  readonly x: ArrayLike<number>;
  /** One for each x; what is not finite is a gap. */
  readonly y: ArrayLike<number>;
  /** Thin and pale, for what stands behind another line. Default false. */
  readonly faint?: boolean | undefined;
}

export interface Band {
  readonly name: string;
  /** Rising. */
  readonly x: ArrayLike<number>;
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/** Losses by step, as the events of a training give them. */
export interface LossHistory {
  readonly train: Pick<Series, 'x' | 'y'>;
  /** Default none. */
  readonly validation?: Pick<Series, 'x' | 'y'> | undefined;
  /** What the losses are, with their unit, e.g. `cross-entropy (nats per token)`. Default `loss`. */
  readonly label?: string | undefined;
}

/** The losses of a training over its steps: train, pale, and smoothed, and validation. */
export function lossChart(history: LossHistory): ChartSection {
  const { train, validation, label } = readOptions('lossChart', history, {
    train: required,
    validation: undefined,
    label: 'loss',
  });
  return {
    kind: 'chart',
    title: 'Loss',
    x: { label: 'step' },
    y: { label },
    series: [
      { name: 'train', ...train, faint: true },
      { name: 'train, smoothed', x: train.x, y: smooth(train.y) },
      ...(validation ? [{ name: 'validation', ...validation }] : []),
    ],
  };
}

/**
 * The exponential moving average, weighted so that its first values are no worse than the later ones (bias correction: Kingma & Ba 2015, section 3).
 * @param halfLife after this many values the weight of a value is one half. Default a two hundredth of them all, at least 1.
 */
export function smooth(values: ArrayLike<number>, halfLife: number = Math.max(1, values.length / 200)): Float64Array {
  const decay = 0.5 ** (1 / halfLife);
  let [sum, weight] = [0, 0];
  return Float64Array.from(values, (value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    sum = decay * sum + value;
    weight = decay * weight + 1;
    return sum / weight;
  });
}
