import { join } from 'node:path';
import { chromium } from 'playwright';
import { createServer, defaultClientConditions } from 'vite';
import { chromiumArguments, findChromium, provideChromium } from '../../setup/chromium.mjs';
import type { Output, Request, run } from './run.ts';

/** Runs in a page of a headless Chromium what `run` does in Node. */
export async function runInChromium(request: Request, { print, progress }: Output): Promise<number> {
  await provideChromium();
  const executablePath = await findChromium();
  if (executablePath === undefined) return 1;
  const server = await createServer({
    configFile: false,
    root: join(import.meta.dirname, '..'),
    resolve: { conditions: ['@sluice/source', ...defaultClientConditions] },
    server: { host: '127.0.0.1', port: 0, hmr: false },
    logLevel: 'error',
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath, args: chromiumArguments });
  try {
    const page = await browser.newPage();
    const url = server.resolvedUrls?.local[0] as string;
    // Isolated, so that threads exist.
    const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
    await page.route(url, (route) => route.fulfill({ headers, contentType: 'text/html', body: '<!DOCTYPE html>' }));
    await page.goto(url);
    await page.exposeFunction('print', print);
    await page.exposeFunction('progress', progress);
    return await page.evaluate(async (work) => {
      const { print, progress, navigator } = globalThis as unknown as Output & { navigator: { userAgent: string } };
      print(`in ${navigator.userAgent}`);
      const module = '/src/run.ts';
      const { run: runHere } = (await import(module)) as { run: typeof run };
      return runHere(work, { print, progress });
    }, request);
  } finally {
    await browser.close();
    await server.close();
  }
}
