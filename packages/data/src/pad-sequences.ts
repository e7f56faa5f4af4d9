import {
  createDataArray,
  type DataArray,
  type DType,
  DTypeError,
  dtypeOf,
  formatShape,
  kindOf,
  OptionError,
  readOptions,
  type Shape,
  ShapeError,
  sameShape,
  sizeOf,
  type TensorData,
} from '@sluice/core';

/** A sequence of any length: host data [time, ...], or a typed array [time]. */
export type Sequence = TensorData | DataArray;

export interface PaddedSequences {
  /** [time, batch, ...], of the sequences' dtype; time is that of the longest sequence. */
  readonly values: TensorData;
  /** [batch]: time steps of each sequence, from 0 to time. What a recurrent layer takes as `lengths`. */
  readonly lengths: Int32Array;
  /** [time, batch] bool: true where a value is the sequence's own, false where it is padding. */
  readonly mask: TensorData;
}

export interface PadSequencesOptions {
  /** Stands after the end of the shorter sequences; must fit the dtype. Default 0. */
  readonly padding?: number | undefined;
}

/**
 * Joins sequences of unequal lengths into one time-major batch.
 * @param sequences at least one, all of one dtype, each [time, ...] with equal sizes after the first
 * @throws ShapeError when there is none or the sizes differ; DTypeError when the dtypes differ; OptionError when the padding does not fit, and
 *   for an option
 *   or a sequence that is none
 */
export function padSequences(sequences: readonly Sequence[], options: PadSequencesOptions = {}): PaddedSequences {
  const operation = 'padSequences';
  const { padding } = readOptions(operation, options, { padding: 0 });
  if (!Array.isArray(sequences)) {
    const expected = 'an array of sequences';
    throw new OptionError({ operation, argument: 'sequences', got: `is ${kindOf(sequences)}`, expected });
  }
  const rows = sequences.map((sequence, i) => asTensorData(operation, `sequences[${i}]`, sequence));
  const first = rows[0];
  if (first === undefined) {
    throw new ShapeError({ operation, argument: 'sequences', got: 'is empty', expected: 'at least one sequence' });
  }
  const { dtype } = first;
  const inner = first.shape.slice(1);
  for (const [i, row] of rows.entries()) checkRow(operation, i, row, first, inner);
  checkPadding(operation, padding, dtype);

  const batch = rows.length;
  const lengths = Int32Array.from(rows, (row) => row.shape[0]!);
  const time = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const size = sizeOf(inner);
  const data = createDataArray(dtype, time * batch * size).fill(padding);
  const mask = createDataArray('bool', time * batch);
  for (const [column, row] of rows.entries()) {
    for (let t = 0; t < lengths[column]!; t++) {
      const place = t * batch + column;
      data.set(row.data.subarray(t * size, (t + 1) * size), place * size);
      mask[place] = 1;
    }
  }
  return {
    values: { dtype, shape: [time, batch, ...inner], data },
    lengths,
    mask: { dtype: 'bool', shape: [time, batch], data: mask },
  };
}

function asTensorData(operation: string, argument: string, sequence: Sequence): TensorData {
  const dtype = dtypeOf(sequence);
  if (dtype === undefined) {
    if (Array.isArray((sequence as Partial<TensorData> | undefined)?.shape)) return sequence as TensorData;
    const expected = 'a typed array, e.g. Int32Array.from(ids), or { dtype, shape, data }';
    throw new OptionError({ operation, argument, got: `is ${kindOf(sequence)}`, expected });
  }
  const data = sequence as DataArray;
  return { dtype, shape: [data.length], data };
}

function checkRow(operation: string, index: number, row: TensorData, first: TensorData, inner: Shape): void {
  const argument = `sequences[${index}]`;
  if (row.shape.length === 0 || !sameShape(row.shape.slice(1), inner) || sizeOf(row.shape) !== row.data.length) {
    const got = `has shape ${formatShape(row.shape)} and ${row.data.length} elements`;
    throw new ShapeError({ operation, argument, got, expected: `[${['time', ...inner].join(', ')}]` });
  }
  if (row.dtype !== first.dtype) {
    throw new DTypeError({ operation, argument, got: `is ${row.dtype}`, expected: `${first.dtype}, as sequences[0]` });
  }
}

function checkPadding(operation: string, padding: number, dtype: DType): void {
  if (dtype === 'float32' || dtype === 'float64') return;
  const stored = createDataArray(dtype, 1).fill(padding)[0];
  if (stored !== padding || (dtype === 'bool' && padding > 1)) {
    throw new OptionError({ operation, argument: 'padding', got: `is ${padding}`, expected: `a value of ${dtype}` });
  }
}
