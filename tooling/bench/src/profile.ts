import { fileURLToPath } from 'node:url';
import { runQuietly } from '../../setup/child.mjs';
import { Child } from './child.ts';
import { addVersion } from './compare.ts';
import type { Participant } from './participants.ts';
import { type Share, sharesOf, type WasmNames } from './profile-groups.ts';
import { targets } from './targets.ts';
import { type Mode, modes, type Workload } from './workloads.ts';

export interface Job {
  readonly workload: string;
  readonly mode: Mode;
  readonly participant: string;
}

export interface Profile extends Job {
  /** Of one run, while the profiler looked on. */
  readonly milliseconds?: number;
  readonly shares: readonly Share[];
  /** Why there is none. */
  readonly note?: string;
}

export interface Profiling {
  readonly profiles: readonly Profile[];
  readonly versions: Readonly<Record<string, string>>;
}

/** How long in milliseconds each is warmed up, and then looked at, at the least. */
interface ProfileSchedule {
  readonly workloads: readonly Workload[];
  readonly warmUp: number;
  readonly time: number;
}

export const fullProfile: Omit<ProfileSchedule, 'workloads'> = { warmUp: 1000, time: 2000 };
export const quickProfile: Omit<ProfileSchedule, 'workloads'> = { warmUp: 0, time: 0 };

const patience = 120_000;

/** Those that have a target for inference, and those that the document says have missed one. */
export function shortfalls(document: string): Job[] {
  const isMissed = (target: Job) => {
    const start = `| ${target.workload} ${target.mode} | ${target.participant} |`;
    return document.split('\n').some((line) => line.startsWith(start) && line.endsWith('| no |'));
  };
  const wanted = targets.filter((target) => target.mode === 'inference' || isMissed(target));
  const jobs = wanted.map(({ workload, mode, participant }) => ({ workload, mode, participant }));
  return [...new Map(jobs.map((job) => [Object.values(job).join(), job])).values()];
}

/** Both modes of the workloads, on each participant. */
export function allJobs(workloads: readonly Workload[], participants: readonly Participant[]): Job[] {
  return workloads.flatMap(({ name }) =>
    modes.flatMap((mode) => participants.map(({ label }) => ({ workload: name, mode, participant: label }))),
  );
}

/** Looks where the time of each goes, every one in a process of its own. */
export async function profile(
  jobs: readonly Job[],
  participants: readonly Participant[],
  schedule: ProfileSchedule,
  tell: (text: string) => void,
): Promise<Profiling> {
  const names = await wasmNames();
  const profiles: Profile[] = [];
  const versions: Record<string, string> = {};
  for (const job of jobs) {
    const participant = participants.find(({ label }) => label === job.participant);
    const workload = schedule.workloads.find(({ name }) => name === job.workload);
    if (participant === undefined || workload === undefined) {
      profiles.push({ ...job, shares: [], note: 'not installed' });
      continue;
    }
    tell(`${job.workload} ${job.mode}, ${job.participant}`);
    const child = new Child(participant);
    try {
      const build = job.participant.includes('relaxed-simd') ? 'relaxed-simd' : 'simd';
      profiles.push({ ...job, ...(await profileOne(child, workload, job.mode, schedule, names[build], versions)) });
    } finally {
      child.close();
    }
  }
  return { profiles, versions };
}

async function profileOne(
  child: Child,
  workload: Workload,
  mode: Mode,
  { warmUp, time }: ProfileSchedule,
  names: WasmNames,
  versions: Record<string, string>,
): Promise<Pick<Profile, 'milliseconds' | 'shares' | 'note'>> {
  const greeting = await child.greeting(patience);
  if (!('versions' in greeting))
    return { shares: [], note: 'error' in greeting ? greeting.error : greeting.unsupported };
  for (const [name, version] of Object.entries(greeting.versions)) addVersion(versions, name, version);
  const warm = await child.ask({ do: 'prepare', workload, mode, warmUp }, patience);
  const answer =
    'milliseconds' in warm
      ? await child.ask({ do: 'profile', runs: Math.max(1, Math.ceil(time / warm.milliseconds)) }, patience)
      : warm;
  if (!('milliseconds' in answer)) return { shares: [], note: 'error' in answer ? answer.error : answer.unsupported };
  if (answer.profile === undefined) return { shares: [], note: 'the answer has no profile' };
  return { milliseconds: answer.milliseconds, shares: sharesOf(answer.profile, names) };
}

/** The functions of the builds of the backend, as its sources call them: the binaries have numbers alone. */
async function wasmNames(): Promise<Record<'simd' | 'relaxed-simd', WasmNames>> {
  const build = fileURLToPath(new URL('../../../packages/adapters/backend-wasm/assembly/build.mjs', import.meta.url));
  const { exitCode, output } = await runQuietly(process.execPath, [build, '--names']);
  if (exitCode !== 0) throw new Error(`The names of the kernels are not to be had:\n${output}`);
  return JSON.parse(output);
}
