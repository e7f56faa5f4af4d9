/** A thread of the platform: a Web Worker, or one of Node's. */
export interface PlatformWorker {
  post(message: unknown): void;
  onMessage(listener: (data: unknown) => void): void;
  /** It has failed or ended. */
  onEnd(listener: (reason: string) => void): void;
  /** A process may end while it waits. */
  unref(): void;
  terminate(): void;
}

interface WebWorker {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: { data?: unknown; message?: string }) => void): void;
  terminate(): void;
  /** Bun has it. */
  unref?(): void;
}

interface NodeWorker {
  postMessage(message: unknown): void;
  on(type: string, listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): void;
}

interface Platform {
  readonly Worker?: new (url: string, options: { type: 'module' }) => WebWorker;
  readonly URL: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
  readonly Blob: new (parts: string[], options: { type: string }) => object;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

const platform = globalThis as unknown as Platform;

function builtin<T>(name: string): T | undefined {
  return platform.process?.getBuiltinModule?.(name) as T | undefined;
}

/** Threads that the machine runs at the same time. */
export function availableThreads(): number {
  const os = builtin<{ availableParallelism(): number }>('node:os');
  return os?.availableParallelism() ?? platform.navigator?.hardwareConcurrency ?? 1;
}

/** Why there can be no threads here; `undefined` where there can. */
export function threadObstacle(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') return 'no SharedArrayBuffer: the page is not cross-origin isolated';
  if (platform.Worker === undefined && builtin('node:worker_threads') === undefined)
    return 'the platform has no workers';
  return undefined;
}

/** Starts a worker that runs the text. It may throw at once, or end. */
export function spawn(source: string): PlatformWorker {
  if (platform.Worker !== undefined) return spawnWeb(platform.Worker, source);
  const node = builtin<{ Worker: new (url: URL, options: object) => NodeWorker }>('node:worker_threads');
  if (node === undefined) throw new Error('the platform has no workers');
  // Flags of the process, such as hooks for TypeScript, are not for it.
  const worker = new node.Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { execArgv: [] });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.on('message', listener),
    onEnd(listener) {
      worker.on('error', (error) => listener(String(error)));
      worker.on('exit', () => listener('it has ended'));
    },
    unref: () => worker.unref(),
    terminate: () => worker.terminate(),
  };
}

function spawnWeb(Worker: NonNullable<Platform['Worker']>, source: string): PlatformWorker {
  const url = platform.URL.createObjectURL(new platform.Blob([source], { type: 'text/javascript' }));
  // Deno has no others.
  const worker = new Worker(url, { type: 'module' });
  const loaded = () => platform.URL.revokeObjectURL(url);
  worker.addEventListener('message', loaded);
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onEnd: (listener) =>
      worker.addEventListener('error', ({ message }) => listener(message ?? 'it could not be loaded')),
    unref: () => worker.unref?.(),
    terminate() {
      loaded();
      worker.terminate();
    },
  };
}
