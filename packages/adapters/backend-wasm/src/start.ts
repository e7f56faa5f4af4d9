import { UnsupportedError } from '@sluice/core';
import { type LoadOptions, loadKernels } from './load.ts';
import { Machine } from './machine.ts';
import { mostThreads } from './threads/control.ts';
import { type PoolOptions, ThreadPool } from './threads/pool.ts';
import { availableThreads, threadObstacle } from './threads/spawn.ts';

export interface StartOptions extends Omit<LoadOptions, 'shared'> {
  readonly threads: number | 'auto';
  readonly threadThreshold: number;
}

interface Started {
  readonly machine: Machine;
  /** Why there is one thread where there might have been more. */
  readonly obstacle: string | undefined;
}

/** Loads the kernels, and starts the workers where there is to be more than one thread. */
export async function startMachine(options: StartOptions, poolOptions: PoolOptions): Promise<Started> {
  const { threads: wanted } = options;
  const alone = async (obstacle?: string) => {
    const loaded = await loadKernels({ ...options, shared: false });
    return { machine: new Machine(loaded, options), obstacle };
  };
  const threads = wanted === 'auto' ? Math.min(availableThreads(), mostThreads) : wanted;
  if (threads === 1) return alone();
  const missing = threadObstacle();
  if (missing !== undefined) {
    if (wanted === 'auto') return alone(missing);
    throw new UnsupportedError(`createWasmBackend: threads is ${threads}, but there can be only one: ${missing}`);
  }
  try {
    const loaded = await loadKernels({ ...options, shared: true });
    const pool = await ThreadPool.start(threads, loaded, poolOptions);
    return { machine: new Machine(loaded, options, pool), obstacle: undefined };
  } catch (error) {
    if (wanted === 'auto' && error instanceof UnsupportedError) return alone(error.message);
    throw error;
  }
}
