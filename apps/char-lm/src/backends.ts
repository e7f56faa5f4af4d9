import { createJsBackend } from '@sluice/backend-js';
import { createWasmBackend } from '@sluice/backend-wasm';
import { type Backend, Device, UnsupportedError } from '@sluice/core';

/** The fastest first. */
const backends = {
  wasm: createWasmBackend,
  js: createJsBackend,
};

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

/** What decides the last bits of a result. */
export interface BackendIdentity {
  readonly name: BackendName;
  /** Which of the backend's builds runs, where it has several. */
  readonly build?: string;
}

export interface BackendChoice {
  /** Default: that of `like`, else the fastest that this machine can run. */
  readonly name?: BackendName | undefined;
  /** What computed before. */
  readonly like?: BackendIdentity | undefined;
}

/** @throws UnsupportedError when the machine cannot run the backend of this name */
export async function openDevice({ name, like }: BackendChoice, seed: number): Promise<Device> {
  const wanted = name ?? like?.name;
  const backend = await (wanted ? openLike(wanted, like) : openFastest());
  return new Device(backend, { seed });
}

export function identityOf({ backend }: Device): BackendIdentity {
  const { simd } = backend.info;
  return { name: backend.name as BackendName, ...(typeof simd === 'string' && { build: simd }) };
}

export function sameIdentity(a: BackendIdentity, b: BackendIdentity): boolean {
  return a.name === b.name && a.build === b.build;
}

export function describeIdentity({ name, build }: BackendIdentity): string {
  return build === undefined ? name : `${name} (${build})`;
}

/** The build of before, where this machine has it. */
async function openLike(name: BackendName, like: BackendIdentity | undefined): Promise<Backend> {
  const isOlderBuild = name === 'wasm' && like?.name === name && like.build === 'simd';
  return isOlderBuild ? createWasmBackend({ simd: 'simd' }) : backends[name]();
}

async function openFastest(): Promise<Backend> {
  let reason: unknown;
  for (const name of backendNames) {
    try {
      return await backends[name]();
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      reason = error;
    }
  }
  throw reason;
}
