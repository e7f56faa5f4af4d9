import { build } from '../setup/prepare.mjs';

/** Builds what tests/ takes from dist. */
export default async function buildPackages(): Promise<void> {
  await build('tests-bundlers', 'tests-runtimes');
}
