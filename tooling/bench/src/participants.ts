import { fileURLToPath } from 'node:url';
import { isInstalled, otherEngine, peersFolder, pythonWithTorch } from './peers.ts';

export interface Participant {
  /** Unique, e.g. `wasm simd, Node 20`. */
  readonly label: string;
  /** The column it shares with others, of whose times the best counts; nothing for Sluice itself. */
  readonly peer?: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface Field {
  readonly participants: readonly Participant[];
  /** What could have taken part, and why it does not. */
  readonly missing: readonly string[];
}

const script = (name: string) => fileURLToPath(new URL(`./participants/${name}`, import.meta.url));

const builds = { js: 'js', simd: 'wasm simd', 'relaxed-simd': 'wasm relaxed-simd' } as const;

/**
 * Sluice on one engine.
 * @param flags of Node, to run the sources instead of the built packages
 */
export function sluiceParticipants(
  command: string,
  version: string,
  flags: readonly string[] = [],
  which: readonly (keyof typeof builds)[] = ['js', 'simd', 'relaxed-simd'],
): Participant[] {
  const [major] = version.replace(/^v/, '').split('.');
  return which.map((build) => ({
    label: `${builds[build]}, Node ${major}`,
    command,
    args: [...flags, script('sluice.mjs'), build],
  }));
}

const hint = 'pnpm bench --install-peers brings it';

/** Everything that is installed, and what is not. */
export function findField(folder = peersFolder()): Field {
  const participants = sluiceParticipants(process.execPath, process.version);
  const missing: string[] = [];
  const engine = otherEngine(folder);
  if (engine === undefined) missing.push(`node@24, a second engine: not installed; ${hint}`);
  else if (engine.version.split('.')[0] !== process.versions.node.split('.')[0]) {
    participants.push(...sluiceParticipants(engine.command, engine.version));
  }
  const add = (peer: string, module: string, file: string, variants: Readonly<Record<string, readonly string[]>>) => {
    if (!isInstalled(folder, module)) {
      missing.push(`${peer}: ${module} is not installed; ${hint}`);
      return;
    }
    for (const [label, args] of Object.entries(variants)) {
      participants.push({ label, peer, command: process.execPath, args: [script(file), ...args, folder] });
    }
  };
  const python = pythonWithTorch();
  if (python === undefined) {
    missing.push(
      'PyTorch: no python3 that can import torch; on Debian: apt-get install python3-torch libopenblas0-pthread',
    );
  } else {
    for (const threads of ['1', '2']) {
      const label = `PyTorch, ${threads} thread${threads === '1' ? '' : 's'}`;
      participants.push({ label, peer: 'PyTorch', command: python, args: [script('pytorch.py'), threads] });
    }
  }
  add('ONNX Runtime', 'onnxruntime-node', 'onnx.mjs', {
    'ONNX Runtime, 1 thread': ['1'],
    'ONNX Runtime, 2 threads': ['2'],
  });
  add('tfjs wasm', '@tensorflow/tfjs-backend-wasm', 'tfjs.mjs', { 'tfjs wasm': ['wasm'] });
  add('tfjs cpu', '@tensorflow/tfjs', 'tfjs.mjs', { 'tfjs cpu': ['cpu'] });
  add('brain.js', 'brain.js', 'brain.mjs', { 'brain.js': [] });
  return { participants, missing };
}
