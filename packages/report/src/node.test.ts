import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createReport } from './index.ts';
import { renderHtml, saveReport } from './node.ts';
import { exampleReport } from './testing/example.ts';

it('needs no network and no other file', () => {
  const html = renderHtml(exampleReport());
  expect(html).not.toMatch(/<(img|iframe|link (?!rel="icon" href="data:,")|script src)/);
  expect(html).toContain("default-src 'none'");
  expect(html).toContain('uPlot');
  expect(html.length).toBeLessThan(200_000);
});

it('escapes every text, wherever it stands', () => {
  const bad = '</script><script>alert(1)</script>"\'&';
  const line = { name: bad, x: [1], y: [1] };
  const html = renderHtml(
    createReport({
      title: bad,
      summary: bad,
      facts: { [bad]: bad },
      sections: [
        { kind: 'figures', title: bad, note: bad, figures: [{ name: bad, value: bad, baselines: { [bad]: bad } }] },
        {
          kind: 'chart',
          title: bad,
          x: { label: bad },
          y: { label: bad },
          series: [line],
          bands: [{ name: bad, x: [1], lower: [1], upper: [1] }],
        },
        { kind: 'confusion', title: bad, labels: [bad], counts: [[1]] },
        { kind: 'table', title: bad, columns: [bad], rows: [[bad]] },
        { kind: 'heat', title: bad, steps: [bad], maps: [{ name: bad, values: [[1]] }] },
      ],
    }),
  );
  expect(html).not.toContain('<script>alert');
  expect(html).not.toContain('alert(1)</script>');
  expect(html).not.toContain(`"${bad}`);
  expect(html.split('&#60;/script&#62;&#60;script&#62;alert(1)').length).toBeGreaterThan(20);
  expect(html.split('\\u003c/script>\\u003cscript>alert(1)').length).toBe(1 + 6);
});

it('holds the numbers of pictures as tables too', () => {
  const html = renderHtml(exampleReport());
  const pictures = html.match(/role="img"/g) ?? [];
  expect(pictures).toHaveLength(3 + 6);
  expect(html.match(/<summary>Numbers<\/summary>/g)).toHaveLength(3 + 2);
  expect(html).toContain('aria-label="Heat map of forget gate: 13 time steps, 24 units, mean ');
  expect(html).toContain('<th scope="row" class="number">1200</th>');
});

it('thins long series, keeping ends and extremes', () => {
  const x = Array.from({ length: 100_000 }, (_, i) => i);
  const y = x.map((i) => (i === 54_321 ? 9 : Math.sin(i)));
  const chart = { kind: 'chart', title: 'T', x: { label: 'x' }, y: { label: 'y', scale: 'log' } } as const;
  const html = renderHtml(createReport({ title: 'R', sections: [{ ...chart, series: [{ name: 'a', x, y }] }] }));
  const [, json = ''] = /<script type="application\/json">(.*?)<\/script>/.exec(html) ?? [];
  const [line] = (JSON.parse(json) as { series: { x: number[]; y: (number | null)[] }[] }).series;
  expect(line?.x.length).toBeLessThanOrEqual(4000);
  expect(line?.y[line.x.indexOf(54_321)]).toBe(9);
  expect(line?.y.every((value) => value === null || value > 0)).toBe(true);
  expect(line?.x[0]).toBeLessThan(50);
  expect(line?.x.at(-1)).toBeGreaterThan(99_950);
});

it('writes the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-report-'));
  const path = join(folder, 'report.html');
  await saveReport(path, exampleReport());
  expect(await readFile(path, 'utf8')).toBe(renderHtml(exampleReport()));
  await rm(folder, { recursive: true });
});
