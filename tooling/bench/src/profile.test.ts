import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { profileDocument } from './document.ts';
import { sluiceParticipants } from './participants.ts';
import { allJobs, profile, shortfalls } from './profile.ts';
import { profileHeadLines, profileTable } from './profile-report.ts';
import { tinyWorkloads } from './workloads.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
// From the sources: tests run without a build.
const own = sluiceParticipants(
  process.execPath,
  process.version,
  ['--conditions=@sluice/source', `--import=${tsx}`],
  ['wasm simd'],
);

it('looks at inference that has a target, and at what the document says was missed', () => {
  const document = `
| forecast training | wasm simd, Node 20 | PyTorch | 1.1x | 1.09x | no |
| char128 training | wasm simd, Node 20 | PyTorch | 0.4x | 0.463x | yes |
| stream inference | wasm simd, Node 20 | PyTorch | 1.5x | 0.769x | no |`;
  const of = (text: string) => shortfalls(text).map((job) => `${job.workload} ${job.mode}, ${job.participant}`);
  const always = ['wasm relaxed-simd, Node 24', 'wasm simd, Node 20'].flatMap((participant) =>
    ['stream', 'forecast', 'long'].map((name) => `${name} inference, ${participant}`),
  );
  expect(of('')).toEqual(always);
  expect(of(document).sort()).toEqual([...always, 'forecast training, wasm simd, Node 20'].sort());
});

it('records both modes of a workload, gives no kernel a number for a name, and tells what is not there', async () => {
  const schedule = { warmUp: 200, time: 300, workloads: tinyWorkloads };
  const jobs = [
    ...allJobs(tinyWorkloads.slice(0, 1), own),
    { workload: 'tiny', mode: 'inference', participant: 'absent' } as const,
  ];
  const { profiles, versions } = await profile(jobs, own, schedule, () => {});
  expect(versions).toEqual({ Node: process.versions.node });
  expect(profiles.map(({ mode, note }) => [mode, note])).toEqual([
    ['inference', undefined],
    ['training', undefined],
    ['inference', 'not installed'],
  ]);
  for (const { shares } of profiles.slice(0, 2)) {
    expect(shares.some(({ where }) => where.startsWith('JavaScript of '))).toBe(true);
    expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(shares.some(({ where }) => where.includes('wasm-function'))).toBe(false);
  }
}, 120_000);

it('stands in a section of its own, in shares and in milliseconds', () => {
  const job = { workload: 'long', mode: 'inference', participant: 'wasm simd, Node 20' } as const;
  const shares = [
    { where: 'wasm recurrent-lstm/lstmForward', share: 0.75 },
    { where: 'garbage collection', share: 0.25 },
  ];
  const report = {
    ...{ date: '2020-01-01', command: 'the command', versions: { Node: '20.0.0' } },
    machine: { cpu: 'a processor', cores: 2, memoryGiB: 4, system: 'Linux x64' },
    profiles: [
      { ...job, milliseconds: 8, shares },
      { ...job, workload: 'stream', shares: [], note: 'failed' },
    ],
  };
  expect(profileTable(report.profiles).rows).toEqual([
    ['long inference', 'wasm simd, Node 20', 'one run', '100 %', '8.00'],
    ['long inference', 'wasm simd, Node 20', '`recurrent-lstm/lstmForward`', '75.0 %', '6.00'],
    ['long inference', 'wasm simd, Node 20', 'garbage collection', '25.0 %', '2.00'],
  ]);
  expect(profileHeadLines(report).at(-1)).toBe('no profile of stream inference, wasm simd, Node 20: failed');
  const document = profileDocument(report, '');
  expect(document).toMatch(/<!-- begin profile -->.*\| long inference \|.*<!-- end profile -->/s);
  expect(document).toContain('Not measured yet: `npm run bench -- --gpu --write` does.');
  expect(profileDocument(report, document)).toBe(document);
});
