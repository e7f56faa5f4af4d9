import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Browser, chromium } from 'playwright';
import { train } from 'tests-training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumArguments, findChromium } from '../../../tooling/setup/chromium.mjs';
import { bundlers, type Entry } from './bundle.ts';
import { serve } from './serve.ts';

const executablePath = await findChromium();
const folder = mkdtempSync(join(tmpdir(), 'sluice-bundles-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly simd?: string;
  readonly losses?: number[];
  readonly name?: string;
  readonly message?: string;
}

describe.runIf(executablePath)('the built packages, bundled, in Chromium', () => {
  let browser: Browser;
  let lossesInNode: number[];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: chromiumArguments });
    lossesInNode = await train(await createWasmBackend({ simd: 'simd' }));
  });
  afterAll(() => browser.close());

  /** What the page of a folder says, and what it asked the server for. */
  async function visit(bundle: string, { policy, query = '' }: { policy?: string; query?: string } = {}) {
    await using server = await serve(bundle, policy);
    const page = await browser.newPage();
    await page.goto(server.url + query);
    const { outcome, agent } = await page.evaluate(async () => {
      const { outcome, navigator } = globalThis as unknown as {
        outcome: Promise<Outcome>;
        navigator: { userAgent: string };
      };
      return { outcome: await outcome, agent: navigator.userAgent };
    });
    await page.close();
    expect(agent).toMatch(/Chrome\/\d/);
    return { outcome, paths: server.paths };
  }

  const builds: readonly (readonly [keyof typeof bundlers, Entry])[] = [
    ['vite', 'inlined'],
    ['vite', 'new-url'],
    ['vite', 'import-url'],
    ['esbuild', 'inlined'],
    ['esbuild', 'import-file'],
    ['webpack', 'inlined'],
    ['webpack', 'new-url'],
  ];
  it.each(builds)(
    '%s, %s: trains as in Node, without eval',
    async (bundler, entry) => {
      const bundle = join(folder, `${bundler}-${entry}`);
      await bundlers[bundler](entry, bundle);
      const { outcome, paths } = await visit(bundle, { policy: "script-src 'self' 'wasm-unsafe-eval'" });
      expect(outcome).toEqual({ simd: 'simd', losses: lossesInNode });
      expect(paths.filter((path) => path.endsWith('.wasm'))).toHaveLength(entry === 'inlined' ? 0 : 1);
      const scripts = readdirSync(bundle, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
      for (const script of scripts) {
        // Modules have a method of that name.
        expect(readFileSync(join(bundle, script), 'utf8')).not.toMatch(
          /(?<!\.)\beval\((?![^()]*\)\s*\{)|\bnew Function\b/,
        );
      }
    },
    120_000,
  );

  describe('where the binary does not load', () => {
    const bundle = join(folder, 'served');
    beforeAll(async () => {
      await bundlers.esbuild('served', bundle);
      const binary = fileURLToPath(import.meta.resolve('@sluice/backend-wasm/simd.wasm'));
      cpSync(binary, join(bundle, 'simd.wasm'));
      cpSync(binary, join(bundle, 'wrong-type.html'));
      writeFileSync(
        join(bundle, 'index.html'),
        '<!DOCTYPE html><title>the page that single-page apps answer with</title>',
      );
    });

    it('a policy that forbids it is an UnsupportedError that says what to allow', async () => {
      const { outcome } = await visit(bundle, { policy: "script-src 'self'", query: '?simd.wasm' });
      expect(outcome).toMatchObject({
        name: 'UnsupportedError',
        message:
          "createWasmBackend: the engine refused to compile the module; a Content-Security-Policy must allow 'wasm-unsafe-eval'",
      });
    });

    it('a file that is not there is a FormatError with its address', async () => {
      const { outcome } = await visit(bundle, { query: '?missing.wasm' });
      expect(outcome.name).toBe('FormatError');
      expect(outcome.message).toMatch(
        /^createWasmBackend: source http:.*\/missing\.wasm answered 404, expected a WebAssembly module$/,
      );
    });

    it('a page in its place is a FormatError', async () => {
      const { outcome } = await visit(bundle, { query: '?index.html' });
      expect(outcome.name).toBe('FormatError');
      expect(outcome.message).toContain('source begins with "<!DO", expected a WebAssembly module');
    });

    it('a server that is not there is a FormatError', async () => {
      const { outcome } = await visit(bundle, { query: '?http://127.0.0.1:1/simd.wasm' });
      expect(outcome.name).toBe('FormatError');
      expect(outcome.message).toContain('source http://127.0.0.1:1/simd.wasm could not be fetched');
    });

    it('a wrong MIME type does no harm', async () => {
      const { outcome } = await visit(bundle, { query: '?wrong-type.html' });
      expect(outcome.losses).toEqual(lossesInNode);
    });
  });
});
