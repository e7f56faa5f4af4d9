import type { Backend, FloatDType, FusedCell } from '@sluice/core';

/** A recurrent cell and element type that a backend may have fused kernels for. */
export interface FusedKernel {
  /** E.g. `gru, reset after, float32`. */
  readonly name: string;
  readonly dtype: FloatDType;
  readonly gates: number;
  readonly stateCount: number;
  readonly hasResetBias: boolean;
  cell(hiddenSize: number): FusedCell;
}

const kinds = [
  { name: 'lstm', gates: 4, stateCount: 2, cell: { kind: 'lstm' } },
  { name: 'gru, reset after', gates: 3, stateCount: 1, cell: { kind: 'gru', resetAfter: true } },
  { name: 'gru, reset before', gates: 3, stateCount: 1, cell: { kind: 'gru', resetAfter: false } },
  { name: 'rnn, tanh', gates: 1, stateCount: 1, cell: { kind: 'rnn', nonlinearity: 'tanh' } },
  { name: 'rnn, relu', gates: 1, stateCount: 1, cell: { kind: 'rnn', nonlinearity: 'relu' } },
] as const;

/** All that the contract knows. */
export const fusedKernels: readonly FusedKernel[] = (['float32', 'float64'] as const).flatMap((dtype) =>
  kinds.map(({ name, gates, stateCount, cell }) => ({
    name: `${name}, ${dtype}`,
    dtype,
    gates,
    stateCount,
    hasResetBias: cell.kind === 'gru' && cell.resetAfter,
    cell: (hiddenSize) => ({ ...cell, dtype, hiddenSize }),
  })),
);

/** The hidden sizes to check a kernel with: some small ones and one larger. None where the backend has no such kernel. */
export function supportedSizes(backend: Backend, kernel: FusedKernel): readonly number[] {
  const { recurrent } = backend;
  if (recurrent === undefined || !backend.supports(kernel.dtype)) return [];
  return [3, 1, 2, 4, 5, 8, 37].filter((size) => recurrent.supports(kernel.cell(size)));
}
