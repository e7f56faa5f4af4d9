import { FormatError, IndexError, quote } from '@sluice/core';
import { listOf } from '../check.ts';
import type { Column, StringColumn } from './column.ts';

/** @throws IndexError when there is no column of that name */
export function columnOf(operation: string, columns: ReadonlyMap<string, Column>, name: string): Column {
  const column = columns.get(name);
  if (column) return column;
  const expected = columns.size === 0 ? 'none: the table is empty' : `one of ${listOf([...columns.keys()])}`;
  throw new IndexError({ operation, argument: 'column', got: `is ${quote(String(name))}`, expected });
}

/**
 * The values of a column of one type.
 * @throws IndexError when there is no column of that name; FormatError when it is of another type, naming the cell that made it one of texts
 */
export function valuesOf(
  operation: string,
  columns: ReadonlyMap<string, Column>,
  name: string,
  type: 'number' | 'date',
): Float64Array {
  const column = columnOf(operation, columns, name);
  if (column.type === type) return column.values as Float64Array;
  const why = column.type === 'string' && column.inference ? `, because ${column.inference.first[type]}` : '';
  return refuseType(operation, name, `is of type ${column.type}${why}`, type);
}

/**
 * A column of texts most of whose cells are numbers is left out of no matrix in silence.
 * @throws FormatError naming the first cell that is none
 */
export function refuseSpoiled(operation: string, name: string, { inference }: StringColumn): void {
  if (inference?.mostly !== 'number') return;
  const got = `would be left out: it is of type string, because ${inference.first.number}`;
  refuseType(operation, name, got, 'number: declare its type, give what stands for missing, or choose columns by name');
}

export function refuseType(operation: string, name: string, got: string, expected: string): never {
  throw new FormatError({ operation, argument: `column ${quote(name)}`, got, expected });
}
