import { maximumOf, minimumOf } from '@sluice/core';
import { type Comparison, fullSchedule, type Result } from './compare.ts';
import { isDisturbed, type Load, type Machine } from './machine.ts';
import type { JudgedTarget } from './targets.ts';
import { type Mode, modes, operationsOf, sizesOf, type Workload } from './workloads.ts';

export interface Report {
  readonly date: string;
  readonly command: string;
  /** How long it took. */
  readonly minutes: number;
  readonly machine: Machine;
  readonly load: Load;
  readonly versions: Readonly<Record<string, string>>;
  /** What draws, by participant, of those on WebGL. */
  readonly renderers: Readonly<Record<string, string>>;
  readonly workloads: readonly Workload[];
  readonly missing: readonly string[];
  readonly results: readonly Result[];
  readonly ratios: readonly Ratio[];
  readonly targets: readonly JudgedTarget[];
}

/** One of Sluice's participants beside a peer. */
export interface Ratio {
  readonly workload: string;
  readonly mode: Mode;
  readonly participant: string;
  readonly peer: string;
  /** The best median of the peer divided by Sluice's median: 2 is twice as fast as the peer. */
  readonly ratio: number;
}

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function ratiosOf({ results }: Pick<Comparison, 'results'>): Ratio[] {
  return results.flatMap((own) => {
    const { times, participant, workload, mode } = own;
    if (own.peer !== undefined || times === undefined) return [];
    return peersOf(results).flatMap((peer) => {
      const best = bestOf(results, peer, workload, mode);
      return best === undefined ? [] : [{ workload, mode, participant, peer, ratio: best / times.median }];
    });
  });
}

function peersOf(results: readonly Result[]): string[] {
  return [...new Set(results.flatMap(({ peer }) => peer ?? []))];
}

/** The best median of a peer's participants. */
export function bestOf(results: readonly Result[], peer: string, workload: string, mode: Mode): number | undefined {
  const times = results.flatMap((each) =>
    each.peer === peer && each.workload === workload && each.mode === mode && each.times ? [each.times.median] : [],
  );
  return times.length > 0 ? minimumOf(times) : undefined;
}

/** How many times as fast as each peer Sluice is, and what share of the ceiling its training reaches. */
export function ratioTable(report: Report): Table {
  const { results, ratios, workloads } = report;
  const peers = peersOf(results);
  const rows = modes.flatMap((mode) =>
    workloads.flatMap(({ name }) =>
      results
        .filter((each) => each.peer === undefined && each.workload === name && each.mode === mode)
        .map((own) => [
          `${name} ${mode}`,
          own.participant,
          own.times ? milliseconds(own.times.median) : '-',
          ...peers.map((peer) => {
            const found = ratios.find(
              (each) =>
                each.workload === name &&
                each.mode === mode &&
                each.participant === own.participant &&
                each.peer === peer,
            );
            return found ? `${factor(found.ratio)}x` : '-';
          }),
          own.gigaflops === undefined ? '-' : own.gigaflops.toPrecision(3),
          own.ceilingShare === undefined ? '-' : `${Math.round(own.ceilingShare * 100)} %`,
        ]),
    ),
  );
  return {
    title: 'Speed of Sluice relative to each peer (2x is twice as fast as the peer)',
    header: ['workload', 'Sluice', 'ms', ...peers, 'GFLOP/s', 'of ceiling'],
    rows,
  };
}

/** How many times as fast as the others each participant of the GPU bench is, and how often it calls the GPU. */
export function launchTable({ results }: Report): Table {
  const rows = results.map((each) => {
    const { participant, workload, mode, times, launches } = each;
    const to = (other: Result | undefined) =>
      times && other?.times && other !== each ? `${factor(other.times.median / times.median)}x` : '-';
    const beside = (label: string) =>
      to(results.find((it) => it.participant.startsWith(label) && it.workload === workload && it.mode === mode));
    return [
      `${workload} ${mode}`,
      participant,
      times ? milliseconds(times.median) : '-',
      beside('js'),
      beside('tfjs webgl'),
      launches === undefined ? '-' : `${Math.round(launches)}`,
    ];
  });
  return {
    title:
      'Speed relative to plain JavaScript and to TensorFlow.js (2x is twice as fast), and kernel launches of one run',
    header: ['workload', 'participant', 'ms', 'js', 'tfjs webgl', 'launches'],
    rows,
  };
}

/** The medians with their spread, and why there is none. */
export function timeTables({ results, workloads }: Report): Table[] {
  return modes.map((mode) => {
    const labels = [...new Set(results.map(({ participant }) => participant))];
    const rows = labels.map((label) => [
      label,
      ...workloads.map(({ name }) => {
        const times = results.find(
          (each) => each.participant === label && each.workload === name && each.mode === mode,
        )?.times;
        if (times === undefined) return '-';
        const { median, fastest, slowest, sections } = times;
        const few = sections < fullSchedule.sections ? ` n=${sections}` : '';
        return `${milliseconds(median)} (${milliseconds(fastest)}-${milliseconds(slowest)})${few}`;
      }),
    ]);
    const title = `Milliseconds of one ${mode === 'training' ? 'training step' : 'inference'}: median (fastest-slowest)`;
    return { title, header: ['', ...workloads.map(({ name }) => name)], rows };
  });
}

/** Cells without a figure, with the reason. */
export function notesOf({ results }: Report): string[] {
  const notes = new Map<string, string[]>();
  for (const { participant, workload, mode, note } of results) {
    if (note === undefined) continue;
    const key = `${participant}: ${note}`;
    notes.set(key, [...(notes.get(key) ?? []), `${workload} ${mode}`]);
  }
  return [...notes].map(([text, where]) => `${text} (${where.join(', ')})`);
}

export function workloadTable({ workloads }: Report): Table {
  return {
    title: 'Workloads (B sequences, T steps, I inputs, H hidden units, L layers, O outputs)',
    header: ['', 'sizes', 'what', 'loss', 'MFLOP forward', 'MFLOP training'],
    rows: workloads.map((each) => [
      each.name,
      sizesOf(each),
      each.about,
      `${each.loss === 'crossEntropy' ? 'cross-entropy' : 'mean squared error'}${each.head === 'last step' ? ', last step' : ''}`,
      ...modes.map((mode) => (operationsOf(each, mode) / 1e6).toPrecision(3)),
    ]),
  };
}

/** What was measured on, and a warning when it was not quiet. */
export function headLines({ date, minutes, machine, load, versions, renderers }: Report): string[] {
  const drawing = Object.entries(renderers).map(([label, renderer]) => `${label}: ${renderer}`);
  return [
    `Date: ${date}; the run took ${minutes < 1 ? 'less than a minute' : `${Math.round(minutes)} minutes`}`,
    machineLine(machine),
    `Versions: ${versionsText(versions)}`,
    ...(drawing.length > 0 ? [`WebGL renderers: ${drawing.join('; ')}`] : []),
    `${loadLine(load)}; ${load.during.toFixed(2)} during the run, 1 to 2 of them its own`,
    ...(isDisturbed(load) ? [disturbed] : []),
  ];
}

export const disturbed = 'WARNING: other programs use this machine; look at the spreads, and repeat.';

export function machineLine({ cpu, cores, memoryGiB, system }: Machine): string {
  return `Machine: ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}`;
}

function loadLine({ busy, average }: Omit<Load, 'during'>): string {
  return `Load before the run: ${Math.round(busy * 100)} % of the cores busy, ${average.toFixed(2)} processes in the last minute`;
}

export function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join('; ');
}

export function plainTable({ title, header, rows }: Table): string {
  const widths = header.map((cell, i) => maximumOf([cell.length, ...rows.map((row) => row[i]!.length)]));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i < 2 && !/^[\d-]/.test(cell) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [title, line(header), ...rows.map(line)].join('\n');
}

export function markdownTable({ title, header, rows }: Table): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const rule = header.map((_, i) => (i === 0 ? '---' : '--:'));
  return [`### ${title}`, '', line(header), line(rule), ...rows.map(line)].join('\n');
}

export function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function factor(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}
