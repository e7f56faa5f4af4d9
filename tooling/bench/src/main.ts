import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare, fullSchedule, quickSchedule } from './compare.ts';
import { benchmarkDocument } from './document.ts';
import { measureKernels } from './kernels.ts';
import { describeMachine, isDisturbed, measureLoad } from './machine.ts';
import { findField } from './participants.ts';
import { installPeers, peersFolder } from './peers.ts';
import {
  disturbed,
  headLines,
  loadLine,
  machineLine,
  notesOf,
  plainTable,
  type Report,
  ratiosOf,
  ratioTable,
  timeTables,
} from './report.ts';
import { tinyWorkloads, workloads } from './workloads.ts';

const help = `Compares Sluice's speed with that of other libraries, or measures the kernels alone.

Usage: pnpm bench [options]

  --install-peers    bring the libraries to compare with, and a second Node, into a folder outside of the workspace, and end
  --only <text>      only workloads whose name contains the text
  --with <text>      only participants whose name contains the text, e.g. "wasm simd"; repeatable
  --quick            tiny sizes, to see that everything runs; its times mean nothing
  --json             one JSON object instead of tables
  --write            write docs/benchmarks.md; not with --only, --with and --quick
  --kernels          matrix products and element-wise kernels of the backends instead, in operations per second
  --help             this text

Takes about ten minutes; use the machine for nothing else. Environment: SLUICE_PEERS (folder of the peers), SLUICE_PYTHON (a
Python with PyTorch).`;

const target = new URL('../../../docs/benchmarks.md', import.meta.url);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'install-peers': { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      with: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      kernels: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values['install-peers']) {
    const folder = peersFolder();
    console.error(`Installing the peers in ${folder} ...`);
    await installPeers(folder);
    for (const line of findField(folder).missing) console.log(`missing: ${line}`);
    return 0;
  }
  if (values.kernels) {
    await measureKernels(values.only, values.json);
    return 0;
  }
  const chosen = (values.quick ? tinyWorkloads : workloads).filter(({ name }) => name.includes(values.only));
  const { participants, missing } = findField();
  const asked = participants.filter(
    ({ label }) => values.with.length === 0 || values.with.some((text) => label.includes(text)),
  );
  // The document is of one run of everything.
  const partly = values.quick || values.only !== '' || values.with.length > 0;
  if (chosen.length === 0 || asked.length === 0 || (values.write && partly)) {
    console.error(`Nothing to do for these options.\n\n${help}`);
    return 2;
  }
  const before = await measureLoad(values.quick ? 100 : 2000);
  const say = (text: string) => {
    if (!values.json) console.log(text);
  };
  const machine = describeMachine();
  say(machineLine(machine));
  say(loadLine(before));
  if (isDisturbed({ ...before, during: 0 })) say(disturbed);
  for (const line of missing) say(`missing: ${line}`);
  const schedule = { ...(values.quick ? quickSchedule : fullSchedule), workloads: chosen };
  const comparison = await compare(asked, schedule, (text) => console.error(`${text} ...`));
  const { results, versions, refused } = comparison;
  const options = process.argv.slice(2).map((each) => ` ${each}`);
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    command: `pnpm bench${options.join('')}`,
    load: { ...before, during: comparison.loadAverage },
    missing: [...missing, ...refused],
    workloads: chosen,
    ratios: ratiosOf(comparison),
    ...{ machine, versions, results },
  };
  for (const line of headLines(report).slice(2)) say(line);
  if (values.json) console.log(JSON.stringify(report, null, 2));
  for (const line of [...refused, ...notesOf(report)]) say(`no figure: ${line}`);
  for (const table of [...timeTables(report), ratioTable(report)]) say(`\n${plainTable(table)}`);
  if (values.write) {
    writeFileSync(target, benchmarkDocument(report));
    console.error(`Wrote ${fileURLToPath(target)}`);
  }
  return results.some(({ note }) => note?.startsWith('failed')) ? 1 : 0;
}

process.exitCode = await main();
