import { BackendError, UnsupportedError } from '@sluice/core';
import type { Kernels } from '../generated/kernels.ts';
import type { LoadedKernels } from '../load.ts';
import {
  argumentCountWord,
  argumentsByte,
  createControl,
  doneWord,
  failedWord,
  kernelWord,
  partsWord,
  stopWord,
  ticketWord,
  workerSource,
} from './control.ts';
import { type PlatformWorker, spawn } from './spawn.ts';

/** The functions of the module that run in parts: the last two arguments are the part and their number. */
export type KernelName = keyof Kernels;

export interface PoolOptions {
  /** What workers run. */
  readonly source?: string | undefined;
  /** Milliseconds that a worker may take for a part at least, before it is taken for dead. */
  readonly patience?: number | undefined;
}

const mostCalls = 2 ** 22;
const startMilliseconds = 30_000;
/** Parts are nearly equal: a worker that holds one for so much longer than the caller took for its own is dead. */
const leastPatience = 10_000;
const patienceFactor = 20;
/** A ticket with no part left, whatever the number of parts: so that none is taken while the next call is written down. */
const noParts = 255;
/** Parts are nearly equal, so the caller looks this often before it sleeps. */
const looks = 2_000;

/**
 * Workers that sleep until there is a call, and then take parts of it. The caller takes parts too, the first of them always, so that a worker which is
 * late or gone only makes a call slower.
 */
export class ThreadPool {
  readonly #workers: Set<PlatformWorker>;
  readonly #indices: ReadonlyMap<string, number>;
  readonly #words: Int32Array;
  readonly #values: Float64Array;
  readonly #canSleep: boolean;
  readonly #patience: number;
  #calls = 0;

  private constructor(workers: Set<PlatformWorker>, kernels: Kernels, control: SharedArrayBuffer, patience: number) {
    this.#patience = patience;
    this.#workers = workers;
    this.#indices = new Map(Object.keys(kernels).map((name, index) => [name, index]));
    this.#words = new Int32Array(control);
    this.#values = new Float64Array(control, argumentsByte);
    this.#canSleep = canSleep();
    this.#words[ticketWord] = noParts;
  }

  /**
   * Starts the workers for `threads` threads, the caller being one.
   * @throws UnsupportedError when one does not start
   */
  static async start(
    threads: number,
    { module, memory, kernels }: LoadedKernels,
    { source = workerSource, patience = leastPatience }: PoolOptions = {},
  ): Promise<ThreadPool> {
    const control = createControl();
    const workers = new Set<PlatformWorker>();
    try {
      const starts = Array.from({ length: threads - 1 }, async () => {
        const worker = spawn(source);
        workers.add(worker);
        // Before it is ready: Node hands over the last messages of a thread and its end in one go.
        worker.onEnd(() => workers.delete(worker));
        await ready(worker, { module, memory, control });
        worker.unref();
      });
      await Promise.all(starts);
    } catch (cause) {
      for (const worker of workers) worker.terminate();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnsupportedError(`createWasmBackend: a worker did not start: ${reason}`, { cause });
    }
    return new ThreadPool(workers, kernels, control, patience);
  }

  /** Threads that take part, the caller being one. */
  get threads(): number {
    return this.#workers.size + 1;
  }

  /**
   * Runs all parts of a kernel, and returns when they are done.
   * @throws BackendError when a worker does not finish its part; the memory may not be used any more, for it may still write there
   */
  run(kernels: Kernels, name: KernelName, given: readonly number[], parts: number): void {
    const words = this.#words;
    words[kernelWord] = this.#indices.get(name) as number;
    words[partsWord] = parts;
    words[argumentCountWord] = given.length;
    this.#values.set(given);
    words[doneWord] = 0;
    words[failedWord] = 0;
    this.#calls = (this.#calls + 1) % mostCalls;
    Atomics.store(words, ticketWord, this.#calls * 256 + 1);
    Atomics.notify(words, ticketWord, parts - 1);
    const kernel = kernels[name] as (...values: number[]) => number;
    const started = Date.now();
    let own = 0;
    let failure: unknown;
    for (let part = 0; part < parts; part = this.#take(parts)) {
      try {
        // eslint-disable-next-line sluice/no-spread-arguments -- as many as the kernel has parameters
        kernel(...given, part, parts);
      } catch (error) {
        failure ??= error;
      }
      own++;
    }
    this.#wait(parts - own, Math.max(this.#patience, (Date.now() - started) * patienceFactor));
    Atomics.store(words, ticketWord, this.#calls * 256 + noParts);
    if (failure !== undefined) throw failure;
    if (words[failedWord] > 0) throw new BackendError(`wasm backend: ${name} failed in a worker`);
  }

  close(): void {
    // Deno cannot end a worker that sleeps; another ticket without a part wakes them.
    Atomics.store(this.#words, stopWord, 1);
    Atomics.store(this.#words, ticketWord, this.#calls * 256 + noParts - 1);
    Atomics.notify(this.#words, ticketWord);
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
  }

  /** The next part that nobody has taken, or `parts`. */
  #take(parts: number): number {
    for (;;) {
      const ticket = Atomics.load(this.#words, ticketWord);
      const part = ticket & 255;
      if (part >= parts) return parts;
      if (Atomics.compareExchange(this.#words, ticketWord, ticket, ticket + 1) === ticket) return part;
    }
  }

  #wait(count: number, patience: number): void {
    const words = this.#words;
    const deadline = Date.now() + patience;
    for (let look = 0; ; look++) {
      const done = Atomics.load(words, doneWord);
      if (done >= count) return;
      if (look < looks) continue;
      if (this.#canSleep) Atomics.wait(words, doneWord, done, deadline - Date.now());
      if (Date.now() >= deadline && Atomics.load(words, doneWord) < count) {
        throw new BackendError(
          `wasm backend: a worker did not finish its part within ${Math.round(patience / 1000)} s`,
        );
      }
    }
  }
}

/** The main thread of a page may not. */
function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

function ready(worker: PlatformWorker, message: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer in ${startMilliseconds / 1000} s`)), startMilliseconds);
    const settle = (problem: string | undefined) => {
      clearTimeout(timer);
      if (problem === undefined) resolve();
      else reject(new Error(problem));
    };
    worker.onMessage((data) => settle(data === 'ready' ? undefined : String(data)));
    worker.onEnd(settle);
    worker.post(message);
  });
}
