import type { Report } from '../create-report.ts';
import type { Figure, Section } from '../report.ts';
import { tableOf } from '../tables.ts';
import { renderChart } from './chart.ts';
import { renderHeat } from './heat.ts';
import { escapeHtml } from './markup.ts';
import { renderConfusion, renderTable } from './table.ts';

/** What is written into the page: styles and scripts, as text. */
export interface Assets {
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/** Nothing is fetched, whatever stands in the page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

export function renderPage({ title, summary, facts = {}, sections }: Report, { styles, scripts }: Assets): string {
  const about = Object.entries(facts).map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${styles.map((style) => `<style>\n${style}</style>`).join('\n')}
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
${summary ? `<p>${escapeHtml(summary)}</p>` : ''}
${about.length > 0 ? `<dl class="facts">${about.join('')}</dl>` : ''}
</header>
<main>
${sections.map(renderSection).join('\n')}
</main>
<footer><p>Made with Sluice.</p></footer>
${scripts.map((script) => `<script>\n${script}</script>`).join('\n')}
</body>
</html>
`;
}

function renderSection(section: Section, i: number): string {
  return `<section aria-labelledby="section-${i}">
<h2 id="section-${i}">${escapeHtml(section.title)}</h2>
${section.note ? `<p class="note">${escapeHtml(section.note)}</p>` : ''}
${renderBody(section)}
</section>`;
}

function renderBody(section: Section): string {
  switch (section.kind) {
    case 'figures':
      return `<div class="figures">${section.figures.map(renderFigure).join('\n')}</div>`;
    case 'chart':
      return renderChart(section);
    case 'confusion':
      return renderConfusion(section);
    case 'table':
      return renderTable(section.title, tableOf(section, 0));
    case 'heat':
      return renderHeat(section);
  }
}

function renderFigure({ name, value, baselines = {} }: Figure): string {
  const others = Object.entries(baselines).map(
    ([each, figure]) => `<dt>${escapeHtml(each)}</dt><dd>${escapeHtml(figure)}</dd>`,
  );
  const list = others.length > 0 ? `<dl>${others.join('')}</dl>` : '';
  return `<div class="figure"><div class="name">${escapeHtml(name)}</div><div class="value">${escapeHtml(value)}</div>${list}</div>`;
}
