import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createReport } from '@sluice/report';
import { saveReport } from '@sluice/report/node';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumArguments, findChromium } from '../../setup/chromium.mjs';

const executablePath = await findChromium();
const labels = ['NOUN', 'VERB', 'ADP', 'DET', 'ADJ', 'PRON', 'ADV', 'CONJ', 'PRT', 'NUM', 'X', '.'];
const days = labels.map((_, i) => i * 86_400_000);
const hostile = '<img src=x onerror="document.title=1">';

const report = createReport({
  title: 'A report',
  sections: [
    {
      kind: 'figures',
      title: 'Figures',
      figures: [{ name: 'MAE', value: '2.1 °C', baselines: { persistence: '2.2 °C' } }],
    },
    {
      kind: 'chart',
      title: 'Forecast',
      x: { label: 'date', time: true },
      y: { label: hostile },
      series: [{ name: hostile, x: days, y: days.map((_, i) => Math.sin(i)) }],
      bands: [{ name: 'interval', x: days, lower: days.map(() => -1), upper: days.map(() => 1) }],
    },
    { kind: 'confusion', title: 'Confusion', labels, counts: labels.map(() => labels.map(() => 12345)) },
    {
      kind: 'heat',
      title: 'Gates',
      steps: labels,
      maps: [{ name: 'forget', values: labels.map((_, t) => [0, 1, t / 11]) }],
    },
  ],
});

describe.skipIf(executablePath === undefined)('a report in Chromium', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: chromiumArguments });
    folder = await mkdtemp(join(tmpdir(), 'sluice-report-'));
    await saveReport(join(folder, 'report.html'), report);
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** The page, what it asked for and what went wrong. */
  async function open(width: number, colorScheme: 'light' | 'dark'): Promise<{ page: Page; notes: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const notes: string[] = [];
    page.on('request', (request) => notes.push(request.url().replace(/^.*\//, '')));
    page.on('pageerror', (error) => notes.push(error.message));
    page.on('console', (message) => notes.push(message.text()));
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    return { page, notes };
  }

  it.each([
    [1200, 'light'],
    [1200, 'dark'],
    [400, 'light'],
    [400, 'dark'],
  ] as const)('%i pixels wide, %s: all is drawn, nothing is fetched, nothing hangs over', async (width, scheme) => {
    const { page, notes } = await open(width, scheme);
    expect(await page.title()).toBe('A report');
    // Strings, since the types here are Node's.
    const painted = `[...document.querySelectorAll('.plot canvas')].map((canvas) =>
      canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((value) => value > 0).length)`;
    const [pixels, ...others] = (await page.evaluate(painted)) as number[];
    expect(others).toEqual([]);
    expect(pixels).toBeGreaterThan(5000);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(notes).toEqual(['report.html']);
    await page.close();
  });

  it('paints a cell for each value of a heat map and tells it under the pointer', async () => {
    const { page } = await open(1200, 'light');
    const read = `(() => {
      const canvas = document.querySelector('.heat canvas');
      const at = (x, y) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
      return [[canvas.width, canvas.height], at(0, 0), at(5, 1)];
    })()`;
    expect(await page.evaluate(read)).toEqual([
      [12, 3],
      [68, 1, 84, 255],
      [253, 231, 37, 255],
    ]);
    const canvas = page.locator('.heat canvas');
    const box = await canvas.boundingBox();
    await canvas.hover({ position: { x: (box?.width ?? 0) - 2, y: (box?.height ?? 0) - 2 } });
    expect(await page.locator('output').textContent()).toBe('forget, step 12 ., unit 3: 1.00');
    await page.close();
  });

  it('draws again when the theme changes', async () => {
    const { page, notes } = await open(1200, 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await page.locator('.plot canvas').count()).toBe(1);
    expect(notes).toEqual(['report.html']);
    await page.close();
  });
});
