import type { Backend, FusedCell } from '@sluice/core';
import type { OptionalKernel } from './optional-kernels.ts';

/** A recurrent cell and element type that a backend may have fused kernels for. */
export interface FusedKernel extends OptionalKernel {
  readonly gates: number;
  readonly hasResetBias: boolean;
  readonly hasProjection: boolean;
  cell(hiddenSize: number): FusedCell;
  /** The sizes of a row of each state, that of the output first. */
  stateSizes(hiddenSize: number): readonly number[];
}

const kinds = [
  { name: 'lstm', gates: 4, states: 2, cell: { kind: 'lstm' } },
  { name: 'lstm, projected', gates: 4, states: 2, cell: { kind: 'projectedLstm' } },
  { name: 'gru, reset after', gates: 3, states: 1, cell: { kind: 'gru', resetAfter: true } },
  { name: 'gru, reset before', gates: 3, states: 1, cell: { kind: 'gru', resetAfter: false } },
  { name: 'rnn, tanh', gates: 1, states: 1, cell: { kind: 'rnn', nonlinearity: 'tanh' } },
  { name: 'rnn, relu', gates: 1, states: 1, cell: { kind: 'rnn', nonlinearity: 'relu' } },
] as const;

/** All that the contract knows. */
export const fusedKernels: readonly FusedKernel[] = (['float32', 'float64'] as const).flatMap((dtype) =>
  kinds.map(({ name, gates, states, cell }) => {
    const hasProjection = cell.kind === 'projectedLstm';
    const outputSize = (hiddenSize: number) => (hasProjection ? Math.ceil(hiddenSize / 2) : hiddenSize);
    const cellOf = (hiddenSize: number): FusedCell =>
      cell.kind === 'projectedLstm'
        ? { ...cell, dtype, hiddenSize, projectionSize: outputSize(hiddenSize) }
        : { ...cell, dtype, hiddenSize };
    const kernel: FusedKernel = {
      name: `${name}, ${dtype}`,
      dtype,
      definition: 'RecurrentKernels in @sluice/core, and the equations at the layer of the same name in @sluice/layers',
      isIn: (backend) => supportedSizes(backend, kernel).length > 0,
      gates,
      hasResetBias: cell.kind === 'gru' && cell.resetAfter,
      hasProjection,
      cell: cellOf,
      stateSizes: (hiddenSize) => [outputSize(hiddenSize), hiddenSize].slice(0, states),
    };
    return kernel;
  }),
);

/** What a kernel is asked for: small sizes, an odd one, and those that a kernel may be made for alone. */
const askedSizes = [3, 1, 2, 4, 5, 8, 37, 16, 32, 64, 128, 256];

/** The hidden sizes to check a kernel with, those that it supports among `askedSizes`. None where the backend has no such kernel. */
export function supportedSizes(backend: Backend, kernel: FusedKernel): readonly number[] {
  const { recurrent } = backend;
  if (recurrent === undefined || !backend.supports(kernel.dtype)) return [];
  return askedSizes.filter((size) => recurrent.supports(kernel.cell(size)));
}
