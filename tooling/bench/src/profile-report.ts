import type { Machine } from './machine.ts';
import type { Profile, Profiling } from './profile.ts';
import { machineLine, milliseconds, type Table, versionsText } from './report.ts';

export interface ProfileReport extends Profiling {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
}

/** What was looked at on, and what was not. */
export function profileHeadLines({ date, machine, versions, profiles }: ProfileReport): string[] {
  const missing = profiles.flatMap(({ workload, mode, participant, note }) =>
    note === undefined ? [] : [`no profile of ${workload} ${mode}, ${participant}: ${note}`],
  );
  return [`Date: ${date}`, machineLine(machine), `Versions: ${versionsText(versions)}`, ...missing];
}

/** One line for each place where the time of a run goes. */
export function profileTable(profiles: readonly Profile[]): Table {
  const rows = profiles.flatMap(({ workload, mode, participant, milliseconds: whole, shares }) => {
    const first = [`${workload} ${mode}`, participant];
    if (whole === undefined) return [];
    return [
      [...first, 'one run', '100 %', milliseconds(whole)],
      ...shares.map(({ where, share }) => [
        ...first,
        where.replace(/^wasm (.*)$/, '`$1`'),
        `${(share * 100).toFixed(1)} %`,
        milliseconds(whole * share),
      ]),
    ];
  });
  return { title: 'Share of the time of one run', header: ['workload', 'Sluice', 'where', 'share', 'ms'], rows };
}
