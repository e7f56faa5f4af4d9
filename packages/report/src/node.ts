import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Report } from './create-report.ts';
import { renderPage } from './html/page.ts';

/** The report as one HTML page that needs no network: styles, scripts and uPlot stand inside. About 60 KB and its data. */
export function renderHtml(report: Report): string {
  const { resolve } = createRequire(import.meta.url);
  const uplot = (file: string) => readFileSync(resolve(`uplot/dist/${file}`), 'utf8');
  const own = (file: string) => readFileSync(new URL(`../assets/${file}`, import.meta.url), 'utf8');
  return renderPage(report, {
    styles: [uplot('uPlot.min.css'), own('report.css')],
    scripts: [uplot('uPlot.iife.min.js'), own('report.js')],
  });
}

/**
 * Writes the page, over one that was there.
 * @throws the errors of the file system
 */
export async function saveReport(path: string, report: Report): Promise<void> {
  await writeFile(path, renderHtml(report));
}
