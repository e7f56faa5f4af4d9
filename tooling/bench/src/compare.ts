import { setTimeout as sleep } from 'node:timers/promises';
import { maximumOf, minimumOf } from '@sluice/core';
import { Child } from './child.ts';
import { loadAverage } from './machine.ts';
import { productSize } from './participants/data.mjs';
import type { Participant } from './participants.ts';
import type { Answer } from './protocol.ts';
import { type Mode, modes, operationsOf, type Workload } from './workloads.ts';

/** Times in milliseconds over the sections of one participant. */
interface Times {
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  readonly sections: number;
}

export interface Result {
  readonly participant: string;
  readonly peer: string | undefined;
  readonly workload: string;
  readonly mode: Mode;
  /** Of one run; nothing where there is no figure, and `note` says why. */
  readonly times?: Times;
  readonly gigaflops?: number;
  /** Of the rate of the square matrix product of the same build, measured in between: the median over the sections. */
  readonly ceilingShare?: number;
  /** Kernels that the GPU was told to run, of one run. */
  readonly launches?: number;
  readonly note?: string;
}

export interface Schedule {
  readonly workloads: readonly Workload[];
  readonly sections: number;
  /** Milliseconds that a section lasts at the least. */
  readonly sectionTime: number;
  readonly warmUp: number;
  /** Milliseconds that the sections of one participant may take together; slower ones have fewer of them. */
  readonly budget: number;
  /** The same for those of whom a few sections are enough. */
  readonly shortBudget: number;
  /** A run that would take longer, in milliseconds, is not begun. */
  readonly longestRun: number;
  /** Every workload in a process of its own, so that none suffers from what engines learned from another. */
  readonly fresh: boolean;
}

export const fullSchedule: Omit<Schedule, 'workloads'> = {
  ...{ sections: 7, sectionTime: 40, warmUp: 500, budget: 20_000, shortBudget: 3000, longestRun: 12_000, fresh: true },
};

export const quickSchedule: Omit<Schedule, 'workloads'> = {
  ...{ sections: 2, sectionTime: 0, warmUp: 0, budget: 2000, shortBudget: 2000, longestRun: 20_000, fresh: false },
};

const patience = 120_000;
const productOperations = 2 * productSize ** 3;
// Thread pools spin for a while after their last work and would take the next participant's time.
const pause = 15;

export interface Comparison {
  readonly results: readonly Result[];
  readonly versions: Readonly<Record<string, string>>;
  /** What draws, by participant, of those on WebGL. */
  readonly renderers: Readonly<Record<string, string>>;
  /** Participants that cannot run here, with the reason. */
  readonly refused: readonly string[];
  /** Processes that wanted to run in the meantime, its own among them: the median over the workloads. */
  readonly loadAverage: number;
}

/**
 * Runs every workload on every participant, sections in turn: A B C A B C.
 * @param tell gets a line on what is being done
 */
export async function compare(
  participants: readonly Participant[],
  schedule: Schedule,
  tell: (text: string) => void,
): Promise<Comparison> {
  const results: Result[] = [];
  const loads: number[] = [];
  const versions: Record<string, string> = {};
  const renderers: Record<string, string> = {};
  const refused = new Map<string, string>();
  /** Operations per millisecond, to tell how long a larger workload would take. */
  const rates = new Map<string, number>();
  const open = async () => {
    const children = participants.filter(({ label }) => !refused.has(label)).map((each) => new Child(each));
    const greetings = await Promise.all(children.map((child) => child.greeting(patience)));
    return children.filter((child, i) => {
      const greeting = greetings[i]!;
      if ('versions' in greeting) {
        for (const [name, version] of Object.entries(greeting.versions)) addVersion(versions, name, version);
        if (greeting.renderer !== undefined) renderers[child.participant.label] = greeting.renderer;
        return true;
      }
      refused.set(child.participant.label, 'error' in greeting ? greeting.error : greeting.unsupported);
      child.close();
      return false;
    });
  };
  let children: Child[] = [];
  try {
    for (const workload of schedule.workloads) {
      for (const mode of modes) {
        tell(`${workload.name} ${mode}`);
        if (schedule.fresh || children.length === 0) {
          for (const child of children) child.close();
          children = await open();
        }
        for (const result of await runJob(children, workload, mode, schedule, rates)) results.push(result);
        loads.push(loadAverage());
      }
    }
  } finally {
    for (const child of children) child.close();
  }
  return {
    results,
    versions,
    renderers,
    refused: [...refused].map(([label, reason]) => `${label}: ${reason}`),
    loadAverage: medianOf(loads),
  };
}

/** Notes a version; of one name there may be several. */
export function addVersion(versions: Record<string, string>, name: string, version: string): void {
  const known = versions[name]?.split(', ') ?? [];
  if (!known.includes(version)) versions[name] = [...known, version].join(', ');
}

interface Entry {
  readonly child: Child;
  readonly runs: number;
  /** Milliseconds that are left for its sections. */
  budget: number;
  readonly products: number;
  readonly times: number[];
  readonly shares: number[];
  launches?: number;
  note?: string;
}

async function runJob(
  children: readonly Child[],
  workload: Workload,
  mode: Mode,
  schedule: Schedule,
  rates: Map<string, number>,
): Promise<Result[]> {
  const operations = operationsOf(workload, mode);
  const entries: Entry[] = [];
  for (const child of children) entries.push(await prepare(child, workload, mode, schedule, rates));
  for (let section = 0; section < schedule.sections; section++) {
    for (const entry of entries) {
      // One at the least; then as many as there is time for, if they take as long as the last one.
      const next = (entry.times.at(-1) ?? 0) * entry.runs;
      if (entry.note !== undefined || next > entry.budget) continue;
      await sleep(schedule.sectionTime > 0 ? pause : 0);
      await runSection(entry, operations);
    }
  }
  return entries.map((entry) => {
    const { label, peer } = entry.child.participant;
    const base = { participant: label, peer, workload: workload.name, mode };
    if (entry.note !== undefined) return { ...base, note: entry.note };
    const median = medianOf(entry.times);
    const key = `${label} ${mode}`;
    rates.set(key, operations / median);
    return {
      ...base,
      times: {
        median,
        fastest: minimumOf(entry.times),
        slowest: maximumOf(entry.times),
        sections: entry.times.length,
      },
      gigaflops: operations / median / 1e6,
      ...(entry.shares.length > 0 ? { ceilingShare: medianOf(entry.shares) } : {}),
      ...(entry.launches !== undefined && { launches: entry.launches }),
    };
  });
}

async function prepare(
  child: Child,
  workload: Workload,
  mode: Mode,
  schedule: Schedule,
  rates: ReadonlyMap<string, number>,
): Promise<Entry> {
  const nothing = { child, runs: 0, budget: 0, products: 0, times: [], shares: [] };
  const rate = rates.get(`${child.participant.label} ${mode}`);
  const expected = rate === undefined ? 0 : operationsOf(workload, mode) / rate;
  if (expected > schedule.longestRun) {
    return { ...nothing, note: `not run: one run would take about ${Math.round(expected / 1000)} s` };
  }
  const { sectionTime, warmUp } = schedule;
  const answer = await child.ask({ do: 'prepare', workload, mode, warmUp }, patience);
  if (!('milliseconds' in answer)) return { ...nothing, note: noteOf(answer) };
  const runs = Math.max(1, Math.ceil(sectionTime / answer.milliseconds));
  const budget = child.participant.isSlow ? schedule.shortBudget : schedule.budget;
  const entry = { ...nothing, runs, budget, times: [], shares: [] };
  // The share of the ceiling says something where products rule.
  if (child.participant.peer !== undefined || mode !== 'training') return entry;
  let product: Answer = { milliseconds: 0, value: 0 };
  for (let i = 0; i < 5 && 'milliseconds' in product; i++)
    product = await child.ask({ do: 'product', runs: 2 }, patience);
  if (!('milliseconds' in product)) return { ...entry, note: noteOf(product) };
  return { ...entry, products: Math.max(1, Math.ceil(sectionTime / product.milliseconds)) };
}

async function runSection(entry: Entry, operations: number): Promise<void> {
  const { child, runs, products } = entry;
  const answer = await child.ask({ do: 'section', runs }, patience);
  if (!('milliseconds' in answer)) {
    entry.note = noteOf(answer);
    return;
  }
  entry.times.push(answer.milliseconds);
  entry.budget -= answer.milliseconds * runs;
  if (answer.launches !== undefined) entry.launches = answer.launches;
  if (products === 0) return;
  const product = await child.ask({ do: 'product', runs: products }, patience);
  if (!('milliseconds' in product)) {
    entry.note = noteOf(product);
    return;
  }
  entry.shares.push(operations / answer.milliseconds / (productOperations / product.milliseconds));
}

function noteOf(answer: Exclude<Answer, { milliseconds: number }>): string {
  return 'error' in answer ? `failed: ${answer.error.split('\n')[0]}` : answer.unsupported;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
