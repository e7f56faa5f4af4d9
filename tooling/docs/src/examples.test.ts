import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examplesIn } from './examples.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(import.meta.dirname, '../.examples');

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root })
  .toString()
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('.changeset/'));

const examples = documents.flatMap((document) =>
  examplesIn(readFileSync(join(root, document), 'utf8')).map((example) => {
    const file = `${document.replaceAll(/\W+/g, '-')}-${example.line}.ts`;
    return { name: `${document}:${example.line}`, file: join(folder, file), ...example };
  }),
);

describe('the code in the documentation', () => {
  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    for (const { file, code } of examples) writeFileSync(file, code);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'] }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('includes the example of the README, of at most 20 lines', () => {
    const [first] = examples.filter(({ name }) => name.startsWith('README.md'));
    expect(first?.output).toBeDefined();
    expect(first?.code.trim().split('\n').length).toBeLessThanOrEqual(20);
  });

  it('has the right types', () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const result = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(result.stdout).toBe('');
  });

  it.each(examples)('$name runs and prints what the document says', ({ file, output }) => {
    const tsx = import.meta.resolve('tsx');
    const args = ['--conditions=@sluice/source', `--import=${tsx}`, file];
    const result = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder });
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    if (output !== undefined) expect(result.stdout).toBe(output);
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
