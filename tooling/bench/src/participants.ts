import { fileURLToPath } from 'node:url';
import { findChromium } from '../../setup/chromium.mjs';
import { environment } from '../../setup/prepare.mjs';
import { isInstalled, otherEngine, peersFolder, pythonWithTorch } from './peers.ts';

export interface Participant {
  /** Unique, e.g. `wasm simd, 2 threads, Node 20`. */
  readonly label: string;
  /** The column it shares with others, of whose times the best counts; nothing for Sluice itself. */
  readonly peer?: string;
  /** So far behind that a few sections tell by how much. */
  readonly isSlow?: boolean;
  readonly command: string;
  readonly args: readonly string[];
}

export interface Field {
  readonly participants: readonly Participant[];
  /** What could have taken part, and why it does not. */
  readonly missing: readonly string[];
}

const script = (name: string) => fileURLToPath(new URL(`./participants/${name}`, import.meta.url));

/** What Sluice runs on in Node, as it is called in the label, and the arguments of sluice.mjs. */
const variants = {
  js: ['js'],
  'wasm simd': ['simd', '1'],
  'wasm simd, 2 threads': ['simd', '2'],
  'wasm relaxed-simd': ['relaxed-simd', '1'],
  'wasm relaxed-simd, 2 threads': ['relaxed-simd', '2'],
  'gpujs headlessgl': ['headlessgl'],
} as const;

type Variant = keyof typeof variants;

const processors: readonly Variant[] = [
  'js',
  'wasm simd',
  'wasm simd, 2 threads',
  'wasm relaxed-simd',
  'wasm relaxed-simd, 2 threads',
];

/**
 * Sluice on one engine.
 * @param flags of Node, to run the sources instead of the built packages
 */
export function sluiceParticipants(
  command: string,
  version: string,
  flags: readonly string[] = [],
  which: readonly Variant[] = processors,
): Participant[] {
  const [major] = version.replace(/^v/, '').split('.');
  return which.map((variant) => ({
    label: `${variant}, Node ${major}`,
    isSlow: variant === 'js',
    command,
    args: [...flags, script('sluice.mjs'), ...variants[variant]],
  }));
}

const hint = 'npm run bench -- --install-peers brings it';

/** Everything that is installed, and what is not. */
export function findField(folder = peersFolder()): Field {
  const participants = sluiceParticipants(process.execPath, process.version);
  const missing: string[] = [];
  const engine = otherEngine(folder);
  if (engine === undefined) missing.push(`node@24, a second engine: not installed; ${hint}`);
  else if (engine.version.split('.')[0] !== process.versions.node.split('.')[0]) {
    for (const one of sluiceParticipants(engine.command, engine.version)) participants.push(one);
  }
  const add = (peer: string, module: string, file: string, labels: Readonly<Record<string, readonly string[]>>) => {
    if (!isInstalled(folder, module)) {
      missing.push(`${peer}: ${module} is not installed; ${hint}`);
      return;
    }
    for (const [label, args] of Object.entries(labels)) {
      const isSlow = peer !== 'ONNX Runtime';
      participants.push({ label, peer, isSlow, command: process.execPath, args: [script(file), ...args, folder] });
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

/**
 * What the GPU is compared with, and what of it can run here. Headless GL has been provided before, where that is possible.
 * @param flags of Node, to run the sources instead of the built packages
 */
export async function findGpuField(flags: readonly string[] = [], folder = peersFolder()): Promise<Field> {
  const participants = sluiceParticipants(process.execPath, process.version, flags);
  const missing: string[] = [];
  if (environment.SLUICE_HEADLESS_GL) {
    const onGpu = sluiceParticipants(process.execPath, process.version, flags, ['gpujs headlessgl']);
    for (const one of onGpu) participants.push(one);
  } else missing.push('gpujs headlessgl: there is no headless GL');
  if ((await findChromium()) === undefined) {
    missing.push('gpujs webgl2 and tfjs webgl: there is no Chromium');
    return { participants, missing };
  }
  const command = process.execPath;
  const inChromium = (library: string) => ({ command, args: [...flags, script('chromium.mjs'), library, folder] });
  participants.push({ label: 'gpujs webgl2, Chromium', ...inChromium('gpujs') });
  if (isInstalled(folder, '@tensorflow/tfjs')) {
    participants.push({ label: 'tfjs webgl, Chromium', peer: 'tfjs webgl', ...inChromium('tfjs') });
  } else missing.push(`tfjs webgl: @tensorflow/tfjs is not installed; ${hint}`);
  return { participants, missing };
}
