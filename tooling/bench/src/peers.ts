import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runQuietly } from '../../setup/child.mjs';

/** The second engine, as npm brings it: a package per system and processor. */
const system = process.platform === 'win32' ? 'win' : process.platform;
const enginePackage = `${system === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${system}-${process.arch}`;

const versions: Readonly<Record<string, string>> = {
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  'brain.js': '1.6.1',
  'onnxruntime-node': '1.30.0',
  [enginePackage]: '24',
};

/** Where the peers lie: outside of the workspace, so that nothing of it can depend on them. */
export function peersFolder(): string {
  const { SLUICE_PEERS, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (SLUICE_PEERS) return SLUICE_PEERS;
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'sluice-bench');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'sluice-bench');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'sluice-bench');
}

export function isInstalled(folder: string, name: string): boolean {
  return existsSync(join(folder, 'node_modules', name, 'package.json'));
}

/** Brings the peers that npm has, without running any script of theirs. */
export async function installPeers(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'sluice-bench-peers', private: true, dependencies: versions };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', folder];
  const { exitCode, output } = await runQuietly(npm, args, { cwd: folder });
  if (exitCode !== 0) throw new Error(`The peers could not be installed in ${folder}:\n${output}`);
}

/** The Node of the folder, with its version, where it is installed and runs. */
export function otherEngine(folder: string): { command: string; version: string } | undefined {
  if (!isInstalled(folder, enginePackage)) return undefined;
  const { bin, version } = JSON.parse(
    readFileSync(join(folder, 'node_modules', enginePackage, 'package.json'), 'utf8'),
  ) as { bin: { node: string }; version: string };
  const command = join(folder, 'node_modules', enginePackage, bin.node);
  return runs(command, ['--version']) ? { command, version } : undefined;
}

/** A Python that can import PyTorch: the one of SLUICE_PYTHON, the first on the path, or the system's. */
export function pythonWithTorch(): string | undefined {
  const candidates = process.env.SLUICE_PYTHON
    ? [process.env.SLUICE_PYTHON]
    : ['python3', '/usr/bin/python3', 'python'];
  return candidates.find((command) => runs(command, ['-c', 'import torch']));
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}
