import { FormatError } from '@sluice/core';
import { type ColumnScaling, scalingMethods } from './scaler-column.ts';

/** A scaler as plain data. */
export interface ScalerJson {
  readonly columns: readonly ColumnScaling[];
}

/** @throws FormatError, which starts with `source`, when the value is not a scaler. */
export function parseScaler(value: unknown, source: string): ColumnScaling[] {
  const refuse = (argument: string, expected: string): never => {
    throw new FormatError({ operation: source, argument, got: 'is something else', expected });
  };
  const columns = typeof value === 'object' && value !== null && 'columns' in value ? value.columns : undefined;
  if (!Array.isArray(columns)) return refuse('scaler', 'an object with a list of columns');
  return columns.map((column: unknown, i): ColumnScaling => {
    if (typeof column !== 'object' || column === null) return refuse(`columns[${i}]`, 'an object');
    const { method, shift, scale } = column as Partial<ColumnScaling>;
    if (!(scalingMethods as readonly unknown[]).includes(method)) {
      refuse(`columns[${i}].method`, `one of ${scalingMethods.join(', ')}`);
    }
    if (!Number.isFinite(shift)) refuse(`columns[${i}].shift`, 'a finite number');
    if (!Number.isFinite(scale) || !((scale as number) > 0)) refuse(`columns[${i}].scale`, 'a finite number above 0');
    return { method, shift, scale } as ColumnScaling;
  });
}
