/** What V8's profiler records (Chrome DevTools Protocol, Profiler.Profile), as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The nodes that were running, one after the other. */
  readonly samples: readonly number[];
  /** Microseconds before each. */
  readonly timeDeltas: readonly number[];
}

/** Functions of a WebAssembly module by their numbers. */
export type WasmNames = Readonly<Record<string, string>>;

export interface Share {
  readonly where: string;
  /** Of the time of all samples in which the thread was not idle, 0 to 1. */
  readonly share: number;
}

const smallest = 0.02;

/**
 * Where the time went, most first: functions of WebAssembly one by one, JavaScript by package. What has less than 2 % is one group at the end.
 * @param names of the functions of the backend's module, which has none itself
 */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile, names: WasmNames): Share[] {
  const groups = new Map(nodes.map(({ id, callFrame }) => [id, groupOf(callFrame, names)]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [i, id] of samples.entries()) {
    const where = groups.get(id);
    if (where === undefined) continue;
    times.set(where, (times.get(where) ?? 0) + timeDeltas[i]!);
    total += timeDeltas[i]!;
  }
  const shares = [...times].map(([where, time]) => ({ where, share: time / total }));
  const large = shares.filter(({ share }) => share >= smallest).sort((a, b) => b.share - a.share);
  const rest = shares.filter(({ share }) => share < smallest).reduce((sum, { share }) => sum + share, 0);
  return rest > 0 ? [...large, { where: 'all else', share: rest }] : large;
}

/** What a function counts to; nothing when the thread has nothing to do. */
function groupOf(
  { functionName, url }: CpuProfile['nodes'][number]['callFrame'],
  names: WasmNames,
): string | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  const number = /^wasm-function\[(\d+)\]$/.exec(functionName)?.[1];
  if (number !== undefined) return `wasm ${names[number] ?? functionName}`;
  const name = /\/packages\/(?:adapters\/)?([^/]+)\//.exec(url)?.[1];
  if (name !== undefined) return `JavaScript of ${name}`;
  return /\/participants\/[^/]+$/.test(url) ? 'the benchmark itself' : 'the engine and Node';
}
