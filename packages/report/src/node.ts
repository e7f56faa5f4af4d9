import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { writeFileWhole } from '@sluice/core/node';
import type { Report } from './create-report.ts';
import { renderPage } from './html/page.ts';

/** The report as one HTML page that needs no network: styles, scripts and uPlot stand inside. About 60 KB and its data. */
export function renderHtml(report: Report): string {
  const require = createRequire(import.meta.url);
  const read = (file: string | URL) => readFileSync(file, 'utf8');
  const own = (file: string) => new URL(`../assets/${file}`, import.meta.url);
  return renderPage(report, {
    styles: [require.resolve('uplot/dist/uPlot.min.css'), own('report.css')].map(read),
    scripts: [require.resolve('uplot/dist/uPlot.iife.min.js'), own('report.js')].map(read),
  });
}

/**
 * Writes the page, over one that was there, as a whole or not at all.
 * @throws the errors of `writeFileWhole` of `@sluice/core/node`
 */
export async function saveReport(path: string, report: Report): Promise<void> {
  await writeFileWhole(path, renderHtml(report));
}
