import type { CpuProfile } from './profile-groups.ts';
import type { Mode, Workload } from './workloads.ts';

/*
 * A participant is a process that reads one request a line from its standard input and answers each with one line of JSON on its standard
 * output; the first line, a Greeting, comes unasked. It works only when asked, so that the sections of all participants can alternate.
 */

/** What a participant says of itself when it is ready. */
export type Greeting =
  | {
      readonly versions: Readonly<Record<string, string>>;
      /** What draws for a participant on WebGL. */
      readonly renderer?: string;
    }
  /** It cannot run here, e.g. as the engine lacks instructions. */
  | { readonly unsupported: string }
  | { readonly error: string };

export type Request =
  /** Make model and data, and run for at least this time, to warm up. */
  | { readonly do: 'prepare'; readonly workload: Workload; readonly mode: Mode; readonly warmUp: number }
  /** One timed section: so many runs, each ended by reading its result back. */
  | { readonly do: 'section'; readonly runs: number }
  /** The same under the engine's profiler. Only Sluice's own participants in Node know it. */
  | { readonly do: 'profile'; readonly runs: number }
  /** The same for the matrix product 256 x 256 x 256 of the same build. Only Sluice's own participants know it. */
  | { readonly do: 'product'; readonly runs: number };

export type Answer =
  | {
      readonly milliseconds: number;
      /** What was read back last: a loss, or one output. */
      readonly value: number;
      /** Kernels that the GPU was told to run, of one run. */
      readonly launches?: number;
      /** Where one was asked for. */
      readonly profile?: CpuProfile;
    }
  | { readonly unsupported: string }
  | { readonly error: string };
