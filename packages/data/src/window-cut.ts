import { DTypeError, FormatError, formatShape, OptionError, ShapeError, type TensorData } from '@sluice/core';
import { checkWhole } from './check.ts';
import { checkRange } from './split.ts';
import { frequencyIn } from './time/detect-frequency.ts';
import { findGaps, gapProblem } from './time/gaps.ts';
import { checkRising } from './time/rising.ts';
import type { WindowOptions } from './windows.ts';

/** Where the windows of some series stand. */
export interface Cut {
  readonly list: readonly TensorData[];
  readonly knownList: readonly TensorData[] | undefined;
  /** For each window its series and the row of its first input. */
  readonly starts: readonly { readonly series: number; readonly time: number }[];
  readonly targetFeatures: readonly number[];
  readonly window: number;
  readonly horizon: number;
}

export function cutWindows(
  operation: string,
  series: TensorData | readonly TensorData[],
  options: WindowOptions & Required<Pick<WindowOptions, 'horizon' | 'stride' | 'uneven'>>,
): Cut {
  const { window, horizon = 1, stride = 1, targetRows, known, times, uneven } = options;
  checkWhole(operation, 'window', window, 1);
  checkWhole(operation, 'horizon', horizon, 1);
  checkWhole(operation, 'stride', stride, 1);
  const list = listOf(series);
  checkList(operation, 'series', list);
  const knownList = known === undefined ? undefined : listOf(known);
  if (knownList) checkKnown(operation, knownList, list);

  const features = list[0]?.shape[1] ?? 1;
  const every = Array.from({ length: features }, (_, i) => i);
  const targetFeatures = options.targetFeatures ?? every;
  for (const feature of targetFeatures) {
    if (every.includes(feature)) continue;
    const expected = `whole numbers from 0 to ${features - 1}`;
    throw new OptionError({ operation, argument: 'targetFeatures', got: `holds ${feature}`, expected });
  }

  const gaps = gapsOf(operation, list, times, uneven);
  const starts = list.flatMap((one, index) => {
    const range = targetRows ?? { start: 0, end: one.shape[0]! };
    checkRange(operation, 'targetRows', range, one.shape[0]!);
    const first = Math.max(0, range.start - window);
    const count = Math.floor((range.end - first - window - horizon) / stride) + 1;
    const all = Array.from({ length: Math.max(count, 0) }, (_, i) => ({ series: index, time: first + i * stride }));
    const ends = gaps?.[index];
    return ends ? all.filter(({ time }) => time + window + horizon <= ends[time]!) : all;
  });
  if (starts.length > 0) return { list, knownList, starts, targetFeatures, window, horizon };
  const expected = `at least ${window + horizon}, for a window of ${window} and a horizon of ${horizon}`;
  if (gaps) {
    const got = 'leave no stretch without a gap that is long enough';
    throw new ShapeError({ operation, argument: 'times', got, expected });
  }
  if (targetRows) {
    const got = `is ${targetRows.start} to ${targetRows.end}, in which no window's targets fit`;
    throw new ShapeError({ operation, argument: 'targetRows', got, expected: `${horizon} rows with ${window} before` });
  }
  const longest = list.reduce((most, one) => Math.max(most, one.shape[0]!), 0);
  throw new ShapeError({ operation, argument: 'series', got: `has at most ${longest} time steps`, expected });
}

/** For each series and row the end of the rows that follow each other evenly from there; undefined where all count as even. */
function gapsOf(
  operation: string,
  list: readonly TensorData[],
  times: WindowOptions['times'],
  uneven: WindowOptions['uneven'],
): Int32Array[] | undefined {
  if (uneven !== 'refuse' && uneven !== 'skip' && uneven !== 'accept') {
    const expected = 'refuse, skip or accept';
    throw new OptionError({ operation, argument: 'uneven', got: `is ${String(uneven)}`, expected });
  }
  if (times === undefined) {
    if (uneven !== 'skip') return undefined;
    throw new OptionError({
      operation,
      argument: 'times',
      got: 'are missing',
      expected: 'those in which to skip gaps',
    });
  }
  const timesOf = (typeof times[0] === 'number' ? [times] : times) as readonly ArrayLike<number>[];
  if (timesOf.length !== list.length) {
    const expected = `${list.length}, one for each series`;
    throw new ShapeError({ operation, argument: 'times', got: `has ${timesOf.length} entries`, expected });
  }
  const ends = list.map(({ shape: [rows] }, i) => {
    const [one, argument] = [timesOf[i]!, list.length === 1 ? 'times' : `times ${i}`];
    if (one.length !== rows) {
      throw new ShapeError({
        operation,
        argument,
        got: `has ${one.length} entries`,
        expected: `${rows}, as its series`,
      });
    }
    return evenEnds(operation, argument, one, uneven);
  });
  return uneven === 'skip' ? ends : undefined;
}

function evenEnds(
  operation: string,
  argument: string,
  times: ArrayLike<number>,
  uneven: WindowOptions['uneven'],
): Int32Array {
  checkRising(operation, (row) => `${argument}[${row}]`, times);
  const ends = new Int32Array(times.length).fill(times.length);
  if (times.length < 2 || uneven === 'accept') return ends;
  const frequency = frequencyIn(operation, argument, times);
  const gaps = findGaps(times, frequency);
  if (uneven === 'refuse' && gaps[0]) {
    const { got, expected } = gapProblem(gaps[0], frequency);
    const choices = "resample the table, or say uneven: 'skip' or 'accept'";
    throw new FormatError({
      operation,
      argument: `${argument}[${gaps[0].row}]`,
      got,
      expected: `${expected}; ${choices}`,
    });
  }
  let end = times.length;
  for (let row = times.length - 1, gap = gaps.length - 1; row >= 0; row--) {
    ends[row] = end;
    if (gaps[gap]?.row === row) [end, gap] = [row, gap - 1];
  }
  return ends;
}

function listOf(series: TensorData | readonly TensorData[]): readonly TensorData[] {
  return 'dtype' in series ? [series] : series;
}

function checkList(operation: string, name: string, list: readonly TensorData[]): void {
  const [first] = list;
  const features = first?.shape[1] ?? 1;
  for (const [i, one] of list.entries()) {
    const argument = `${name} ${i}`;
    const rank = one.shape.length;
    if (rank < 1 || rank > 2 || (one.shape[1] ?? 1) !== features || one.data.length !== one.shape[0]! * features) {
      const got = `has shape ${formatShape(one.shape)} and ${one.data.length} elements`;
      const expected = `[time, ${features}]${features === 1 ? ' or [time]' : ''}`;
      throw new ShapeError({ operation, argument, got, expected });
    }
    if (one.dtype !== first!.dtype) {
      throw new DTypeError({ operation, argument, got: `is ${one.dtype}`, expected: `${first!.dtype}, as ${name} 0` });
    }
    const missing = one.data.findIndex(Number.isNaN);
    if (missing < 0) continue;
    const got = `is NaN in row ${Math.floor(missing / features)}, feature ${missing % features}`;
    throw new FormatError({ operation, argument, got, expected: 'numbers: fill or drop what is missing' });
  }
}

function checkKnown(operation: string, known: readonly TensorData[], list: readonly TensorData[]): void {
  if (known.length !== list.length) {
    const expected = `${list.length}, one for each series`;
    throw new ShapeError({ operation, argument: 'known', got: `has ${known.length} entries`, expected });
  }
  checkList(operation, 'known', known);
  for (const [i, { shape }] of known.entries()) {
    if (shape[0] === list[i]!.shape[0]) continue;
    const expected = `${list[i]!.shape[0]}, as its series`;
    throw new ShapeError({ operation, argument: `known ${i}`, got: `has ${shape[0]} time steps`, expected });
  }
}
