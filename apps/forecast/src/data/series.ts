import type { Frequency, Table } from '@sluice/data';

/** A series to forecast, row by row in time. */
export interface Series {
  /** Names it in messages. */
  readonly name: string;
  /** Number columns in which none is missing. */
  readonly table: Table;
  /** Milliseconds since 1970 of each row, if they are known. */
  readonly dates: Float64Array | undefined;
  /** Of the dates; with less than two of them there is none. */
  readonly frequency: Frequency | undefined;
}
