import { expect, inject, it } from 'vitest';
import { document } from '../page.ts';

it('a report draws all of its charts, and fetches nothing', async () => {
  const html = decodeURIComponent(inject('reportHtml'));
  const frame = document.createElement('iframe');
  const loaded = new Promise<void>((resolve) => {
    frame.onload = resolve;
  });
  frame.srcdoc = html;
  document.body.append(frame);
  await loaded;
  const charts = html.match(/class="plot"/g) ?? [];
  expect(charts.length).toBeGreaterThan(0);
  const canvases = () => [...frame.contentDocument.querySelectorAll('canvas')];
  await expect.poll(() => canvases().length).toBeGreaterThanOrEqual(charts.length);
  const painted = () =>
    canvases().map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value, i) => i % 4 === 3 && value > 0);
    });
  await expect.poll(painted).not.toContain(false);
  expect(frame.contentWindow.performance.getEntriesByType('resource')).toEqual([]);
  frame.remove();
});
