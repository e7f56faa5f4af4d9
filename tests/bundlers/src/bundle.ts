import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';

export type Entry = 'inlined' | 'new-url' | 'import-url' | 'import-file' | 'served';
export type Bundler = (entry: Entry, folder: string) => Promise<void>;

const fileOf = (entry: Entry) => join(import.meta.dirname, 'entries', `${entry}.js`);

/** Each makes main.js and what belongs to it, minified, with as few options as it takes. */
export const bundlers = {
  async vite(entry, folder) {
    await vite({
      configFile: false,
      root: import.meta.dirname,
      base: './',
      logLevel: 'error',
      build: {
        outDir: folder,
        emptyOutDir: true,
        rolldownOptions: { input: fileOf(entry), output: { entryFileNames: 'main.js' } },
      },
    });
  },

  async esbuild(entry, folder) {
    await esbuild({
      entryPoints: { main: fileOf(entry) },
      outdir: folder,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      loader: { '.wasm': 'file' },
      logLevel: 'silent',
    });
  },

  webpack(entry, folder) {
    const options: webpack.Configuration = {
      mode: 'production',
      target: ['web', 'es2022'],
      entry: fileOf(entry),
      output: { path: folder, filename: 'main.js' },
    };
    return new Promise<void>((resolve, reject) => {
      webpack(options, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString('errors-only')));
        else resolve();
      });
    });
  },
} satisfies Record<string, Bundler>;
