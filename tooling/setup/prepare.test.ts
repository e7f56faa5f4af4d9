import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installStamp, nodeProblem, packageFiles, root } from './prepare.mjs';

describe('nodeProblem', () => {
  it('accepts the first version and later ones', () => {
    for (const version of ['v20.19.0', 'v20.20.2', 'v22.0.0', 'v100.1.0']) {
      expect(nodeProblem(version, '>=20.19')).toBeUndefined();
    }
  });

  it('says what is needed and what is there', () => {
    expect(nodeProblem('v20.18.3', '>=20.19')).toBe('Sluice needs Node 20.19 or newer, and this is v20.18.3.');
    expect(nodeProblem('v18.20.0', '>=20.19')).toContain('v18.20.0');
  });
});

describe('installStamp', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-stamp-'));
    for (const file of ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml']) {
      cpSync(join(root, file), join(folder, file));
    }
    mkdirSync(join(folder, 'packages/adapters/one'), { recursive: true });
    writeFileSync(join(folder, 'packages/adapters/one/package.json'), '{}');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('covers the packages of every folder of the workspace', () => {
    expect(packageFiles(folder).map((file) => relative(folder, file))).toEqual([
      'package.json',
      join('packages', 'adapters', 'one', 'package.json'),
    ]);
  });

  it('changes with the lockfile and with each package.json, and with nothing else', () => {
    const before = installStamp(folder);
    writeFileSync(join(folder, 'packages/adapters/one/index.ts'), '');
    expect(installStamp(folder)).toBe(before);
    writeFileSync(join(folder, 'packages/adapters/one/package.json'), '{ "name": "one" }');
    const changed = installStamp(folder);
    expect(changed).not.toBe(before);
    writeFileSync(join(folder, 'pnpm-lock.yaml'), '');
    expect(installStamp(folder)).not.toBe(changed);
  });
});
