import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { provideChromium } from '../../setup/chromium.mjs';
import { provideGl } from '../../setup/gl.mjs';
import { compare, fullSchedule, quickSchedule } from './compare.ts';
import { benchmarkDocument, profileDocument, tablesOf } from './document.ts';
import { measureKernels } from './kernels.ts';
import { describeMachine, isDisturbed, measureLoad } from './machine.ts';
import { type Field, findField, findGpuField } from './participants.ts';
import { installPeers, peersFolder } from './peers.ts';
import { allJobs, fullProfile, profile, quickProfile, shortfalls } from './profile.ts';
import { type ProfileReport, profileHeadLines, profileTable } from './profile-report.ts';
import { disturbed, headLines, notesOf, plainTable, type Report, ratiosOf } from './report.ts';
import { gpuTargets, judge, targets } from './targets.ts';
import { gpuWorkloads, tinyWorkloads, workloads } from './workloads.ts';

const help = `Compares Sluice's speed with that of other libraries, or measures the kernels alone.

Usage: npm run bench -- [options]

  --install-peers    bring the libraries to compare with, and a second Node, into a folder outside of the workspace, and end
  --gpu              the backend on the GPU, beside the others and TensorFlow.js on WebGL; installs headless GL and Chromium where it can
  --profile          where the time of Sluice goes: of inference that has a target, and of what docs/benchmarks.md says has missed one; with --only or
                     --with of whatever they name
  --only <text>      only workloads whose name contains the text
  --with <text>      only participants whose name contains the text, e.g. "wasm simd"; repeatable
  --quick            tiny sizes, to see that everything runs; its times mean nothing
  --json             one JSON object instead of tables
  --write            write the section of docs/benchmarks.md; not with --only, --with and --quick
  --kernels          matrix products and element-wise kernels of the backends instead, in operations per second
  --help             this text

Takes about ten minutes, with --gpu about two, with --profile about one; use the machine for nothing else. Environment: SLUICE_PEERS (folder of the peers),
SLUICE_PYTHON (a Python with PyTorch).`;

const target = new URL('../../../docs/benchmarks.md', import.meta.url);

function readOptions() {
  const { values } = parseArgs({
    options: {
      'install-peers': { type: 'boolean', default: false },
      gpu: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      with: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      kernels: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

type Options = ReturnType<typeof readOptions>;

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  if (options.help) {
    console.log(help);
    return 0;
  }
  if (options['install-peers']) {
    const folder = peersFolder();
    console.error(`Installing the peers in ${folder} ...`);
    await installPeers(folder);
    for (const line of findField(folder).missing) console.log(`missing: ${line}`);
    return 0;
  }
  if (options.kernels) {
    await measureKernels(options.only, options.json);
    return 0;
  }
  // The document is of one run of everything.
  if (options.write && (options.quick || options.only !== '' || options.with.length > 0)) {
    return refuse('--write is for a run of everything: not with --only, --with and --quick.');
  }
  if (options.profile) return options.gpu ? refuse('--profile is not for --gpu.') : runProfile(options);
  return runComparison(options);
}

function refuse(problem: string): number {
  console.error(`${problem}\n\n${help}`);
  return 2;
}

async function runComparison({ gpu, only, with: wanted, quick, json, write }: Options): Promise<number> {
  const all = gpu ? gpuWorkloads : workloads;
  const chosen = (quick ? tinyWorkloads : all).filter(({ name }) => name.includes(only));
  if (chosen.length === 0) return refuse(`No workload has a name with "${only}".`);
  const { participants, missing } = await findParticipants(gpu);
  const asked = participants.filter(({ label }) => wanted.length === 0 || wanted.some((text) => label.includes(text)));
  if (asked.length === 0) return refuse(`No participant has a name with ${wanted.map((text) => `"${text}"`).join()}.`);

  const before = await measureLoad(quick ? 100 : 2000);
  const say = (text: string) => {
    if (!json) console.log(text);
  };
  if (isDisturbed({ ...before, during: 0 })) say(disturbed);
  for (const line of missing) say(`missing: ${line}`);
  const schedule = { ...(quick ? quickSchedule : fullSchedule), workloads: chosen };
  const start = performance.now();
  const comparison = await compare(asked, schedule, (text) => console.error(`${text} ...`));
  const { results, versions, renderers, refused } = comparison;
  const report: Report = {
    ...circumstances(),
    minutes: (performance.now() - start) / 60_000,
    load: { ...before, during: comparison.loadAverage },
    missing: [...missing, ...refused],
    workloads: chosen,
    ratios: ratiosOf(comparison),
    targets: judge(gpu ? gpuTargets : targets, results),
    ...{ versions, renderers, results },
  };
  const name = gpu ? 'gpu' : 'cpu';
  for (const line of headLines(report)) say(line);
  if (json) console.log(JSON.stringify(report, null, 2));
  for (const line of [...refused, ...notesOf(report)]) say(`no figure: ${line}`);
  for (const table of tablesOf(name, report)) say(`\n${plainTable(table)}`);
  if (write) rewrite((text) => benchmarkDocument(name, report, text));
  return results.some(({ note }) => note?.startsWith('failed')) ? 1 : 0;
}

async function runProfile({ only, with: wanted, quick, json, write }: Options): Promise<number> {
  const known = quick ? tinyWorkloads : workloads;
  const own = findField().participants.filter(({ peer }) => peer === undefined);
  const chosen = known.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) return refuse(`No workload has a name with "${only}".`);
  const asked = own.filter(({ label }) => wanted.length === 0 || wanted.some((text) => label.includes(text)));
  if (asked.length === 0) return refuse(`No participant has a name with ${wanted.map((text) => `"${text}"`).join()}.`);
  const isChosen = quick || only !== '' || wanted.length > 0;
  const jobs = isChosen ? allJobs(chosen, asked) : shortfalls(documentText());
  const schedule = { ...(quick ? quickProfile : fullProfile), workloads: known };
  const profiling = await profile(jobs, own, schedule, (text) => console.error(`${text} ...`));
  const report: ProfileReport = { ...circumstances(), ...profiling };
  if (json) console.log(JSON.stringify(report, null, 2));
  else console.log([...profileHeadLines(report), '', plainTable(profileTable(report.profiles))].join('\n'));
  if (write) rewrite((text) => profileDocument(report, text));
  return 0;
}

function circumstances() {
  const options = process.argv.slice(2);
  return {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...(options.length > 0 ? ['--'] : []), ...options].join(' '),
    machine: describeMachine(),
  };
}

function documentText(): string {
  return existsSync(target) ? readFileSync(target, 'utf8') : '';
}

function rewrite(change: (text: string) => string): void {
  writeFileSync(target, change(documentText()));
  console.error(`Wrote ${fileURLToPath(target)}`);
}

async function findParticipants(gpu: boolean): Promise<Field> {
  if (!gpu) return findField();
  await provideGl();
  await provideChromium();
  return findGpuField();
}

process.exitCode = await main();
