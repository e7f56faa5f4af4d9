import type { Backend, DataArray } from '@sluice/core';

/** A backend that breaks the contract in one way, and what the kit says of it. */
export interface Fault {
  /** What it does otherwise than the reference, given the reference. */
  readonly breaks: (right: Backend<DataArray>) => Partial<Backend<DataArray>>;
  /** Name of a check that has to fail, and its error. */
  readonly check: string;
  readonly message: RegExp;
}

export type Faults = Readonly<Record<string, Fault>>;
