import { type Backend, createDataArray, type DType, type Operand, type Shape, sizeOf } from '@sluice/core';

/** One row of the table: kernel calls and how to count their work. */
export interface Workload {
  readonly name: string;
  readonly dtype: DType;
  /** What is counted, e.g. `GFLOP/s`. */
  readonly unit: string;
  /** Work of one run, in the unit times a second. */
  readonly amount: number;
  /** Makes the operands; the function it returns runs once and gives the result. */
  prepare(backend: Backend): () => Operand<unknown>;
}

const floats = ['float32', 'float64'] as const;

interface Product {
  readonly what: string;
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const products: readonly Product[] = [
  { what: 'square', M: 256, K: 256, N: 256 },
  { what: 'step, hidden 64', M: 32, K: 64, N: 256 },
  { what: 'step, hidden 128', M: 32, K: 128, N: 512 },
  { what: 'input projection', M: 1024, K: 64, N: 256 },
  { what: 'weight gradient', M: 64, K: 1024, N: 256, transposeA: true },
  { what: 'step gradient', M: 32, K: 256, N: 64, transposeB: true },
  { what: 'one sequence', M: 1, K: 256, N: 1024, transposeB: true },
];

function matMul(product: Product, dtype: DType): Workload {
  const { what, M, K, N, transposeA = false, transposeB = false } = product;
  const text = `[${M}, ${K}]${transposeA ? ' (T)' : ''} x [${K}, ${N}]${transposeB ? ' (T)' : ''}`;
  return {
    name: `matMul ${text} ${what}`,
    dtype,
    unit: 'GFLOP/s',
    amount: (2 * M * K * N) / 1e9,
    prepare(backend) {
      const a = upload(backend, transposeA ? [K, M] : [M, K], dtype);
      const b = upload(backend, transposeB ? [N, K] : [K, N], dtype);
      return () => ({ storage: backend.matMul(a, b, { transposeA, transposeB }), shape: [M, N], dtype });
    },
  };
}

function elementwise(
  name: string,
  shapes: readonly Shape[],
  call: (backend: Backend, operands: readonly Operand<unknown>[], shape: Shape) => unknown,
): Workload {
  const dtype = 'float32';
  const shape = shapes[0]!;
  return {
    name: `${name} ${shapes.map((own) => `[${own.join(', ')}]`).join(', ')}`,
    dtype,
    unit: 'Melement/s',
    amount: sizeOf(shape) / 1e6,
    prepare(backend) {
      const operands = shapes.map((own) => upload(backend, own, dtype));
      return () => ({ storage: call(backend, operands, shape), shape, dtype });
    },
  };
}

const state: Shape = [32, 256];
const sequence: Shape = [64, 32, 256];

export const workloads: readonly Workload[] = [
  ...products.flatMap((product) => floats.map((dtype) => matMul(product, dtype))),
  elementwise('tanh', [state], (backend, [x]) => backend.unary('tanh', x!)),
  elementwise('sigmoid', [state], (backend, [x]) => backend.unary('sigmoid', x!)),
  elementwise('add', [state, state], (backend, [a, b], shape) => backend.binary('add', a!, b!, shape)),
  elementwise('add', [sequence, [256]], (backend, [a, b], shape) => backend.binary('add', a!, b!, shape)),
  elementwise('multiply', [sequence, []], (backend, [a, b], shape) => backend.binary('multiply', a!, b!, shape)),
];

function upload(backend: Backend, shape: Shape, dtype: DType): Operand<unknown> {
  const data = createDataArray(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = 3 * Math.sin(i);
  return { storage: backend.upload(data, dtype), shape, dtype };
}
