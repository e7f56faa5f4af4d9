import { cpus, loadavg, totalmem, type } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
}

export interface Load {
  /** Share of all cores that others used while this process slept, 0 to 1. */
  readonly busy: number;
  /** Mean number of processes that wanted to run in the last minute. */
  readonly average: number;
  /** The same while the benchmark ran, where one process or two threads are its own. */
  readonly during: number;
}

export function describeMachine(): Machine {
  const all = cpus();
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return { cpu: all[0]?.model.trim() ?? 'unknown', cores: all.length, memoryGiB, system: `${type()} ${process.arch}` };
}

/** Looks at the machine for a while without using it. */
export async function measureLoad(milliseconds: number): Promise<Omit<Load, 'during'>> {
  const before = ticks();
  await sleep(milliseconds);
  const after = ticks();
  const total = after.total - before.total;
  return { busy: total > 0 ? (after.used - before.used) / total : 0, average: loadAverage() };
}

/** Mean number of processes that wanted to run in the last minute. */
export function loadAverage(): number {
  return loadavg()[0]!;
}

/** Whether others had so much of the machine, before or during the run, that its figures say more of them. */
export function isDisturbed({ busy, during }: Load): boolean {
  // One participant works at a time, on two cores at the most.
  return busy > 0.15 || during > 2.2;
}

function ticks(): { used: number; total: number } {
  let used = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    used += sum - times.idle;
    total += sum;
  }
  return { used, total };
}
