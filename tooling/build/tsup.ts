import type { Options } from 'tsup';

const common: Options = {
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  clean: true,
  silent: true,
};

/** A publishable package: one public entry, and `./node` when asked for. */
export function library(entry: string[] = ['src/index.ts']): Options {
  return {
    ...common,
    entry,
    platform: 'neutral',
    dts: {
      // Declarations are built against the dependencies' dist, as a user sees them.
      compilerOptions: { customConditions: [] },
      // They speak of Symbol.dispose, which the libraries of most set-ups lack.
      banner: '/// <reference lib="esnext.disposable" />\n',
    },
  };
}

/** A command-line app: runs in Node, publishes no types. */
export function app(entry: string[]): Options {
  return { ...common, entry, platform: 'node', dts: false };
}
