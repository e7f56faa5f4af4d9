import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';
import { root } from '../setup/prepare.mjs';

/** The lines that the rule refuses. The text is linted with the configuration of the repository, in the place of a file that is there. */
async function refused(lines: readonly string[], file = 'packages/core/src/extremes.ts'): Promise<string[]> {
  // With CI in the environment the parser would take the file that is there for the text.
  const parserOptions = { disallowAutomaticSingleRunInference: true };
  const eslint = new ESLint({ cwd: root, overrideConfig: { languageOptions: { parserOptions } } });
  const [result] = await eslint.lintText(lines.join('\n'), { filePath: join(root, file) });
  const found = result!.messages.filter(({ ruleId }) => ruleId === 'sluice/no-spread-arguments');
  return found.map(({ line }) => lines[line - 1]!);
}

const declarations = [
  'declare const list: number[], bytes: Uint8Array, pair: readonly [number, number], text: string, set: Set<number>;',
  'declare const mixed: [number, ...number[]], either: [1] | [1, 2];',
  'declare class Point { constructor(...all: number[]) }',
  'declare function take(...all: unknown[]): void;',
];

const unbounded = [
  'list.push(...list);',
  'Math.max(...bytes);',
  'Math.min(0, ...list);',
  'String.fromCharCode(...bytes);',
  '[list].concat(...[list].map((one) => one));',
  'list.splice(0, 1, ...list);',
  'new Point(...list);',
  'take(...text);',
  'take(...set);',
  'take(...mixed);',
  'take(...[1, ...list]);',
  'take(...(text ? list : [1]));',
  'Math.max.apply(null, list);',
  'Reflect.apply(take, null, list);',
  'export const a = (all: number[]) => take(...all);',
  'export const b = (...all: number[]) => take(...all.map((one) => one));',
];

const bounded = [
  'take([...list], new Set([...list]), { ...list });',
  'take(...pair);',
  'take(...either);',
  'take(...[1, 2], ...(text ? [0, 1] : [2]));',
  'take(...[1, ...pair]);',
  'export const c = (...all: number[]) => take(...all);',
  'export const d = (...all: number[]) => () => take(1, ...all);',
  'declare const model: { apply(x: number, options: object): void }; model.apply(1, {});',
];

test('refuses lists of any length, and takes what somebody wrote down', async () => {
  expect(await refused([...declarations, ...unbounded, ...bounded])).toEqual(unbounded);
}, 120_000);

test('holds without types, and not in tests', async () => {
  expect(await refused(['Math.max(...list);'], 'tooling/check/run.mjs')).toHaveLength(1);
  expect(await refused(['Math.max(...list);'], 'packages/core/src/extremes.test.ts')).toEqual([]);
}, 120_000);
