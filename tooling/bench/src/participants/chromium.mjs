// usage: node chromium.mjs gpujs|tfjs PEERS
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { chromiumArguments, findChromium } from '../../../setup/chromium.mjs';
import { gpujsVersion } from './gpujs-version.mjs';
import { peers, versionOf } from './peer.mjs';
import { Unsupported } from './runner.mjs';
import { serve } from './serve.mjs';

/*
 * A library in a page of headless Chromium. Times are taken in the page, so that the way to it does not count. esbuild makes one script of a library, as
 * a user's bundler does; playwright starts the browser, as in the tests.
 */

const source = '@sluice/source';
const library = process.argv[2];

/** @type {import('playwright').Browser | undefined} */
let browser;
/** @type {import('playwright').Page} */
let page;

async function start() {
  const executablePath = await findChromium();
  if (executablePath === undefined) throw new Unsupported('there is no Chromium');
  browser = await chromium.launch({ executablePath, args: chromiumArguments });
  page = await browser.newPage();
  if (library === 'tfjs') await page.addScriptTag({ path: join(peers.resolve('@tensorflow/tfjs'), '../tf.min.js') });
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL(`./pages/${library}.mjs`, import.meta.url))],
    // As this process itself takes the packages: built, or from their sources.
    conditions: process.execArgv.some((flag) => flag.endsWith(source)) ? [source] : [],
    ...{ bundle: true, write: false, format: 'iife', platform: 'browser', logLevel: 'silent' },
  });
  await page.addScriptTag({ content: /** @type {import('esbuild').OutputFile} */ (bundle.outputFiles[0]).text });
  const greeting = await ask({ do: 'start' });
  if (!('versions' in greeting)) return greeting;
  const own = library === 'tfjs' ? { 'TensorFlow.js': versionOf('@tensorflow/tfjs') } : { 'gpu.js': gpujsVersion };
  return { ...greeting, versions: { Chromium: browser.version(), ...own } };
}

/** @type {Parameters<typeof serve>[0]} */
const ask = (request) => page.evaluate((value) => globalThis.answer(value), request);

await serve(async (request) => {
  try {
    return await (request.do === 'start' ? start() : ask(request));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof Unsupported ? { unsupported: message } : { error: message };
  }
});
await browser?.close();
