import type { Column } from './column.ts';
import { Table } from './table.ts';
import { columnOf, refuseType } from './typed-column.ts';

/**
 * A category column as columns of zeros and ones, one for each category: `<name>.<category>`. A missing cell is zero in all of them.
 * @example
 * const table = await readCsv('sky\nsun\nrain\n', { types: { sky: ['sun', 'rain'] } });
 * const features = categoryFeatures(table, 'sky');
 * @throws IndexError when there is no such column; FormatError when it is of another type
 */
export function categoryFeatures(table: Table, name: string): Table {
  const column = columnOf('categoryFeatures', table.columns, name);
  if (column.type !== 'category') {
    return refuseType('categoryFeatures', name, `is of type ${column.type}`, 'category');
  }
  return new Table(
    column.categories.map((category, wanted): [string, Column] => [
      `${name}.${category}`,
      { type: 'number', values: Float64Array.from(column.values, (code) => (code === wanted ? 1 : 0)) },
    ]),
  );
}
