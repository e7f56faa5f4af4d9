import type { Result } from './compare.ts';
import { bestOf, type Table } from './report.ts';
import type { Mode } from './workloads.ts';

/** What Sluice is to reach. */
interface Target {
  readonly workload: string;
  readonly mode: Mode;
  /** Beginning of the label of the participant that is to reach it. */
  readonly participant: string;
  /** A peer, whose best time counts, or the beginning of the label of another participant. */
  readonly against?: string;
  /** What `wanted` counts: how many times as fast, the share of the ceiling, or at most so many launches. */
  readonly unit: 'times' | 'ceiling' | 'launches';
  readonly wanted: number;
}

export interface JudgedTarget extends Target {
  /** Of this run; absent where something of it was not measured. */
  readonly measured?: number;
  readonly isMet?: boolean;
}

const times = (participant: string, mode: Mode, against: string, wanted: Readonly<Record<string, number>>): Target[] =>
  Object.entries(wanted).map(([workload, factor]) => ({
    ...{ workload, mode, participant, against, unit: 'times', wanted: factor },
  }));

const onEngine = (
  build: string,
  node: string,
  { alone, together, tfjs, inference }: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Target[] => {
  const one = `${build}, Node ${node}`;
  const two = `${build}, 2 threads, Node ${node}`;
  return [
    ...times(one, 'training', 'PyTorch', alone!),
    ...times(two, 'training', 'PyTorch', together!),
    ...times(one, 'training', 'tfjs wasm', tfjs!),
    ...times(one, 'inference', 'PyTorch', inference!),
    ...['char128', 'long', 'char512'].map(
      (workload): Target => ({
        ...{ workload, mode: 'training', participant: one, unit: 'ceiling', wanted: 0.6 },
      }),
    ),
    ...times(two, 'training', one, { char512: 1.7 }),
  ];
};

export const targets: readonly Target[] = [
  ...onEngine('wasm relaxed-simd', '24', {
    alone: { forecast: 1.5, long: 1.3, char128: 0.6 },
    together: { char128: 1, char512: 0.6 },
    tfjs: { forecast: 20, char128: 12 },
    inference: { stream: 2, forecast: 1.3, long: 1.3 },
  }),
  ...onEngine('wasm simd', '20', {
    alone: { forecast: 1.1, long: 0.9, char128: 0.4 },
    together: { char128: 0.7, char512: 0.4 },
    tfjs: { forecast: 15, char128: 9 },
    inference: { stream: 1.5, forecast: 1, long: 1 },
  }),
];

export const gpuTargets: readonly Target[] = [
  ...times('gpujs headlessgl', 'training', 'js', { gpu: 4 }),
  { workload: 'gpu', mode: 'training', participant: 'gpujs headlessgl', unit: 'launches', wanted: 140 },
  ...times('gpujs webgl2', 'training', 'tfjs webgl', { gpu: 3 }),
];

/** Compares what is wanted of the workloads that were run with what was measured. */
export function judge(wanted: readonly Target[], results: readonly Result[]): JudgedTarget[] {
  const chosen = wanted.filter(({ workload }) => results.some((result) => result.workload === workload));
  return chosen.map((target) => {
    const measured = measure(target, results);
    if (measured === undefined) return target;
    const isMet = target.unit === 'launches' ? measured <= target.wanted : measured >= target.wanted;
    return { ...target, measured, isMet };
  });
}

function measure({ workload, mode, participant, against, unit }: Target, results: readonly Result[]) {
  const here = results.filter((each) => each.workload === workload && each.mode === mode);
  const of = (label: string) => here.find((each) => each.peer === undefined && startsWith(each.participant, label));
  const own = of(participant);
  if (unit === 'ceiling') return own?.ceilingShare;
  if (unit === 'launches') return own?.launches;
  if (own?.times === undefined || against === undefined) return undefined;
  const other = bestOf(results, against, workload, mode) ?? of(against)?.times?.median;
  return other === undefined ? undefined : other / own.times.median;
}

/** Whether a label is this one, or goes on with the engine. */
function startsWith(label: string, beginning: string): boolean {
  return label === beginning || label.startsWith(`${beginning}, `);
}

export function targetTable(judged: readonly JudgedTarget[]): Table {
  return {
    title: 'What is to be reached',
    header: ['workload', 'Sluice', 'against', 'wanted', 'measured', 'met'],
    rows: judged.map(({ workload, mode, participant, against, unit, wanted, measured, isMet }) => [
      `${workload} ${mode}`,
      participant,
      unit === 'times' ? (against ?? '') : { ceiling: 'its own ceiling', launches: 'launches of a step' }[unit],
      `${unit === 'launches' ? 'at most ' : ''}${text(wanted, unit)}`,
      measured === undefined ? '-' : text(measured, unit),
      isMet === undefined ? 'not measured' : isMet ? 'yes' : 'no',
    ]),
  };
}

function text(value: number, unit: Target['unit']): string {
  if (unit === 'ceiling') return `${Math.round(value * 100)} %`;
  return unit === 'launches' ? `${Math.round(value)}` : `${Number(value.toPrecision(3))}x`;
}
