import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device, UnsupportedError } from '@sluice/core';
import { UsageError } from './errors.ts';

/** Threads that the wasm backend computes on. */
export type Threads = number | 'auto';

interface OpenOptions {
  readonly like: BackendIdentity | undefined;
  readonly threads: Threads;
}

const backends = {
  wasm({ like, threads }: OpenOptions): Promise<Backend> {
    // The build of before, where this machine has it.
    const isOlderBuild = like?.name === 'wasm' && like.build === 'simd';
    return createWasmBackend({ simd: isOlderBuild ? 'simd' : 'auto', threads });
  },
  js: async (): Promise<Backend> => createJsBackend(),
  async gpujs(): Promise<Backend> {
    // Loaded for those who ask for it alone.
    const { createGpujsBackend } = await import('@sluice/backend-gpujs');
    return createGpujsBackend();
  },
};

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

/** What a start without a choice tries. A GPU is for larger models than most of this app, so that it must be asked for. */
const fastestFirst: readonly BackendName[] = ['wasm', 'js'];

/** What decides the last bits of a result. */
export interface BackendIdentity {
  readonly name: BackendName;
  /** Which of the backend's builds runs, or on which GPU. */
  readonly build?: string;
}

/** What the user may say of it. */
export interface BackendRequest {
  readonly backend?: BackendName | undefined;
  /** Only wasm has them. Default: `auto`, as many as the machine runs at the same time. */
  readonly threads?: Threads | undefined;
}

/**
 * Opens the backend that is asked for; without a request that of `like`, or else the fastest that this machine can run.
 * @param like what computed before
 * @throws UnsupportedError when the machine cannot run what is asked for; UsageError for threads of a backend that has none
 */
export async function openDevice(
  { backend, threads }: BackendRequest,
  like: BackendIdentity | undefined,
  seed: number,
): Promise<Device> {
  if (threads !== undefined && backend !== undefined && backend !== 'wasm') {
    throw new UsageError(`--threads: ${backend} has none to choose, only wasm has`);
  }
  const wanted = threads === undefined ? backend : 'wasm';
  const candidates = wanted ? [wanted] : [...(like ? [like.name] : []), ...fastestFirst];
  return new Device(await openFirst(candidates, { like, threads: threads ?? 'auto' }), { seed });
}

async function openFirst(names: readonly BackendName[], options: OpenOptions): Promise<Backend> {
  let reason: unknown;
  for (const name of names) {
    try {
      return await backends[name](options);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      reason = error;
    }
  }
  throw reason;
}

export function identityOf({ backend }: Device): BackendIdentity {
  const { simd, mode, renderer } = backend.info;
  const build = mode === undefined ? simd : `${mode}, ${renderer}`;
  return { name: backend.name as BackendName, ...(typeof build === 'string' && { build }) };
}

export function sameIdentity(a: BackendIdentity, b: BackendIdentity): boolean {
  return a.name === b.name && a.build === b.build;
}

export function describeIdentity({ name, build }: BackendIdentity): string {
  return describe(name, build);
}

/** The identity, and how many threads compute, which does not change a bit. */
export function describeDevice(device: Device): string {
  const { name, build } = identityOf(device);
  const { threads } = device.backend.info;
  return describe(name, build, typeof threads === 'number' && (threads === 1 ? '1 thread' : `${threads} threads`));
}

function describe(name: string, ...details: readonly (string | false | undefined)[]): string {
  const given = details.filter(Boolean);
  return given.length === 0 ? name : `${name} (${given.join(', ')})`;
}
