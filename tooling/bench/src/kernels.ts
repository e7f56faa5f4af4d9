import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend, type SimdLevel } from '@sluice/backend-wasm';
import { type Backend, type Operand, UnsupportedError } from '@sluice/core';
import { type Workload, workloads } from './kernel-workloads.ts';
import { measure, type Rate } from './measure.ts';

/** The backend under its name in the table; nothing where the engine cannot run it. */
type Candidate = () => Promise<{ readonly label: string; readonly backend: Backend } | undefined>;

const backends: readonly Candidate[] = [
  async () => ({ label: 'js', backend: createJsBackend() }),
  () => wasm('simd'),
  () => wasm('relaxed-simd'),
];

async function wasm(simd: SimdLevel) {
  try {
    return { label: `wasm ${simd}`, backend: await createWasmBackend({ simd }) };
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

interface Result extends Rate {
  readonly backend: string;
  readonly name: string;
  readonly dtype: string;
  readonly unit: string;
}

async function run(label: string, backend: Backend, workload: Workload): Promise<Result> {
  const call = workload.prepare(backend);
  let last: Operand<unknown> | undefined;
  const rate = await measure(
    () => {
      const result = call();
      if (last !== undefined) backend.free(last.storage);
      last = result;
    },
    async () => {
      if (last !== undefined) await backend.download(last);
    },
    workload.amount,
  );
  const { name, dtype, unit } = workload;
  return { backend: label, name, dtype, unit, ...rate };
}

function row(result: Result): string {
  const { backend, name, dtype, unit, median, slowest, fastest } = result;
  const figures = [median, slowest, fastest].map((rate) => rate.toPrecision(3).padStart(8));
  return `${backend.padEnd(18)}${name.padEnd(52)}${dtype.padEnd(9)}${figures.join('')}  ${unit}`;
}

/**
 * Measures the backends' kernels on their own: the median, slowest and fastest rate of nine timed sections after a warm-up.
 * @param only part of the name or dtype of the workloads to run
 */
export async function measureKernels(only: string, json: boolean): Promise<void> {
  const results: Result[] = [];
  if (!json) console.log(`${'backend'.padEnd(18)}${'workload'.padEnd(52)}${'dtype'.padEnd(9)}  median slowest fastest`);
  for (const workload of workloads) {
    if (!`${workload.name} ${workload.dtype}`.includes(only)) continue;
    for (const create of backends) {
      const candidate = await create();
      if (candidate === undefined) continue;
      const { label, backend } = candidate;
      const result = await run(label, backend, workload);
      backend.dispose?.();
      results.push(result);
      if (!json) console.log(row(result));
    }
  }
  if (json) console.log(JSON.stringify(results, null, 2));
}
