import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runQuietly } from '../../setup/child.mjs';
import { docstringExamplesIn, withPrelude } from './docstrings.ts';
import { examplesIn } from './examples.ts';
import type { Outcome } from './main.ts';
import * as prelude from './prelude.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(import.meta.dirname, '../.examples');

/** An example of these registers tests, for which there is no runner here. */
const notRun = ['packages/backend-conformance/src/vitest.ts'];

function filesOf(pattern: string): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', pattern];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n');
  return files.filter((file) => file !== '' && existsSync(join(root, file)));
}

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const moduleFile = (kind: string, place: string) => join(folder, `${kind}-${place.replaceAll(/\W+/g, '-')}.ts`);

const pages = filesOf('*.md').filter((file) => !file.startsWith('.changeset/'));
const documents = pages.flatMap((document) =>
  examplesIn(read(document)).map((example) => {
    const name = `${document}:${example.line}`;
    return { name, file: moduleFile('document', name), ...example };
  }),
);

const names = { values: Object.keys(prelude), types: prelude.typeNames };
const sources = filesOf('packages/*.ts').filter((file) => !/\.test\.ts$|\/testing\//.test(file));
const docstrings = sources.flatMap((source) =>
  docstringExamplesIn(read(source)).map(({ line, code }) => {
    const name = `${source}:${line}`;
    const file = moduleFile('docstring', name);
    return { name, file, code: withPrelude(code, '../src/prelude.ts', names), runs: !notRun.includes(source) };
  }),
);

/** Unused variables, which an example may have that shows how something is made. */
const unused = /^docstring-.* error TS61\d\d:/;

describe('the code in the documentation', () => {
  let types: string[];
  let outcomes: Record<string, Outcome>;

  // One compiler and one process for all examples, side by side.
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    for (const { file, code } of [...documents, ...docstrings]) writeFileSync(file, code);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'] }));
    const node = (...args: string[]) => runQuietly(process.execPath, args, { cwd: folder });
    const files = [...documents, ...docstrings.filter(({ runs }) => runs)].map(({ file }) => file);
    const [compiled, ran] = await Promise.all([
      node(join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'),
      node(
        '--conditions=@sluice/source',
        `--import=${import.meta.resolve('tsx')}`,
        join(import.meta.dirname, 'main.ts'),
        ...files,
      ),
    ]);
    types = compiled.output.split('\n').filter((line) => line !== '' && !unused.test(line));
    if (ran.exitCode !== 0) throw new Error(`an example ended the process:\n${ran.output}`);
    outcomes = JSON.parse(ran.output) as Record<string, Outcome>;
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('includes the example of the README, of at most 20 lines', () => {
    const [first] = documents.filter(({ name }) => name.startsWith('README.md'));
    expect(first?.output).toBeDefined();
    expect(first?.code.trim().split('\n').length).toBeLessThanOrEqual(20);
  });

  it('includes an example of at most 20 lines with its output in the README of every published package', () => {
    const packages = filesOf('packages/*/package.json').map((file) => file.replace('package.json', 'README.md'));
    for (const readme of packages) {
      const [first] = documents.filter(({ name }) => name.startsWith(readme));
      expect(first?.output, readme).toBeDefined();
      expect(first?.code.trim().split('\n').length, readme).toBeLessThanOrEqual(20);
    }
  });

  it('has the right types', () => {
    expect(types).toEqual([]);
  });

  it.each(documents)('$name runs and prints what the document says', ({ file, output }) => {
    expect(outcomes[file]?.stderr).toBe('');
    if (output !== undefined) expect(outcomes[file]?.stdout).toBe(output);
  });

  it.each(docstrings.filter(({ runs }) => runs))('$name runs', ({ file }) => {
    expect(outcomes[file]?.stderr).toBe('');
  });
});

describe('examplesIn', () => {
  it('pairs code with the output right after it', () => {
    const document = [
      '# Title',
      '```ts',
      'a();',
      '```',
      '',
      '```text',
      '1',
      '```',
      '```sh',
      'x',
      '```',
      '```ts',
      'b();',
      '```',
    ];
    expect(examplesIn(document.join('\n'))).toEqual([
      { line: 2, code: 'a();\n', output: '1\n' },
      { line: 12, code: 'b();\n', output: undefined },
    ]);
    expect(examplesIn('```ts\nc();\n```\nprose\n```text\nno\n```\n')[0]?.output).toBeUndefined();
  });
});

describe('docstringExamplesIn', () => {
  it('takes the code up to the next tag or the end of the comment', () => {
    const source = [
      'const before = 1;',
      '/**',
      ' * About f.',
      ' * @example',
      ' * f();',
      ' *',
      ' *   g();',
      ' * @throws never',
      ' */',
      'class A {',
      '  /**',
      '   * @example',
      '   * h();',
      '   */',
      '}',
      '',
    ];
    expect(docstringExamplesIn(source.join('\n'))).toEqual([
      { line: 5, code: 'f();\n\n  g();\n' },
      { line: 13, code: 'h();\n' },
    ]);
  });
});
