import { type FloatDType, maximumOf } from '@sluice/core';
import type { CreateBackend } from './backends.ts';
import { type Comparison, compareCase, tolerancesOf } from './compare.ts';
import type { GoldenCase, GoldenFile } from './golden-file.ts';

export interface Report {
  /** Lines of text: a table for each backend, and a last line that sums up. */
  readonly text: string;
  /** Comparisons made: cases times backends times dtypes. */
  readonly compared: number;
  readonly failed: number;
}

const dtypes: readonly FloatDType[] = ['float32', 'float64'];

/** Compares every case of a file on every backend that supports the dtype. */
export async function compareFile(file: GoldenFile, backends: readonly CreateBackend[]): Promise<Report> {
  const lines: string[] = [file.source];
  const tolerances = tolerancesOf(file);
  let [compared, failed] = [0, 0];
  for (const makeBackend of backends) {
    const { title, supported } = await describe(makeBackend);
    const worst = new Map<FloatDType, number>(supported.map((dtype) => [dtype, 0]));
    const rows = [['case', 'kind', 'options', ...supported.flatMap((dtype) => [`${dtype} error`, 'in']), '']];
    for (const [i, golden] of file.cases.entries()) {
      const results: Comparison[] = [];
      for (const dtype of supported) results.push(await compareCase(makeBackend, dtype, golden, tolerances));
      const failures = results.filter(({ passed }) => !passed);
      for (const { dtype, error } of results) {
        const before = worst.get(dtype) ?? 0;
        // A NaN must win, and stay.
        if (!(error <= before) && !Number.isNaN(before)) worst.set(dtype, error);
      }
      compared += results.length;
      failed += failures.length;
      const cells = results.flatMap(({ error, where }) => [error.toExponential(1), where]);
      const verdict = failures.length > 0 ? `FAILED ${failures.map(({ dtype }) => dtype).join(', ')}` : '';
      rows.push([String(i + 1), golden.kind, describeOptions(golden), ...cells, verdict]);
    }
    const largest = [...worst].map(([dtype, error]) => `${dtype} ${error.toExponential(1)}`).join(', ');
    lines.push('', title, formatTable(rows), `largest errors on ${title}: ${largest}`);
  }
  const limits = dtypes.map((dtype) => `${dtype} ${tolerances[dtype]}`).join(', ');
  const counts = `${file.cases.length} cases, ${compared} comparisons within ${limits} relative to max(1, |value|)`;
  lines.push('', failed === 0 ? `All passed: ${counts}.` : `${failed} FAILED: ${counts}.`);
  return { text: lines.join('\n'), compared, failed };
}

async function describe(makeBackend: CreateBackend): Promise<{ title: string; supported: FloatDType[] }> {
  const backend = await makeBackend();
  const supported = dtypes.filter((dtype) => backend.supports(dtype));
  const fused = (dtype: FloatDType) => backend.recurrent?.supports({ kind: 'lstm', dtype, hiddenSize: 4 });
  const details = [
    ...(typeof backend.info.simd === 'string' ? [backend.info.simd] : []),
    ...(Number(backend.info.threads) > 1 ? [`${backend.info.threads} threads`] : []),
    ...supported.filter(fused).map((dtype) => `fused in ${dtype}`),
  ];
  backend.dispose?.();
  return { title: `backend ${[backend.name, ...details].join(', ')}`, supported };
}

function describeOptions({ inputSize, hiddenSize, options, lengths, inputs }: GoldenCase): string {
  const { shape } = inputs.x!;
  const [time, batch] = options.batch_first ? [shape[1], shape[0]] : shape;
  const given = Object.entries(options).map(([name, value]) => (value === true ? name : `${name}=${value}`));
  return [`T${time} B${batch} I${inputSize} H${hiddenSize}`, ...given, ...(lengths ? ['lengths'] : [])].join(' ');
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => maximumOf(rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
