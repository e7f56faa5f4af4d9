import type { Backend, FloatDType } from '@sluice/core';
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
export async function compareFile(file: GoldenFile, backends: readonly (() => Backend)[]): Promise<Report> {
  const lines: string[] = [file.source];
  const tolerances = tolerancesOf(file);
  let [compared, failed] = [0, 0];
  for (const makeBackend of backends) {
    const { name, supported } = describe(makeBackend);
    const rows = [['case', 'kind', 'options', ...supported.flatMap((dtype) => [`${dtype} error`, 'in']), '']];
    for (const [i, golden] of file.cases.entries()) {
      const results: Comparison[] = [];
      for (const dtype of supported) results.push(await compareCase(makeBackend, dtype, golden, tolerances));
      const failures = results.filter(({ passed }) => !passed);
      compared += results.length;
      failed += failures.length;
      const cells = results.flatMap(({ error, where }) => [error.toExponential(1), where]);
      const verdict = failures.length > 0 ? `FAILED ${failures.map(({ dtype }) => dtype).join(', ')}` : '';
      rows.push([String(i + 1), golden.kind, describeOptions(golden), ...cells, verdict]);
    }
    lines.push('', `backend ${name}`, formatTable(rows));
  }
  const limits = dtypes.map((dtype) => `${dtype} ${tolerances[dtype]}`).join(', ');
  const counts = `${file.cases.length} cases, ${compared} comparisons within ${limits} relative to max(1, |value|)`;
  lines.push('', failed === 0 ? `All passed: ${counts}.` : `${failed} FAILED: ${counts}.`);
  return { text: lines.join('\n'), compared, failed };
}

function describe(makeBackend: () => Backend): { name: string; supported: FloatDType[] } {
  const backend = makeBackend();
  const supported = dtypes.filter((dtype) => backend.supports(dtype));
  backend.dispose?.();
  return { name: backend.name, supported };
}

function describeOptions({ inputSize, hiddenSize, options, lengths, inputs }: GoldenCase): string {
  const { shape } = inputs.x;
  const [time, batch] = options.batch_first ? [shape[1], shape[0]] : shape;
  const given = Object.entries(options).map(([name, value]) => (value === true ? name : `${name}=${value}`));
  return [`T${time} B${batch} I${inputSize} H${hiddenSize}`, ...given, ...(lengths ? ['lengths'] : [])].join(' ');
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
