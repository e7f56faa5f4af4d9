import { productSize } from './participants/data.mjs';
import { type ProfileReport, profileHeadLines, profileTable } from './profile-report.ts';
import {
  headLines,
  launchTable,
  markdownTable,
  notesOf,
  type Report,
  ratioTable,
  type Table,
  timeTables,
  workloadTable,
} from './report.ts';
import { targetTable } from './targets.ts';

const sections = {
  cpu: { title: 'Processor', command: 'npm run bench -- --write' },
  profile: { title: 'Where the time goes', command: 'npm run bench -- --profile --write' },
  gpu: { title: 'GPU', command: 'npm run bench -- --gpu --write' },
} as const satisfies Record<string, { title: string; command: string }>;

type SectionName = keyof typeof sections;

const names = Object.keys(sections) as SectionName[];

/** Sections of comparisons, each with a table of its own. */
const ownTables = { cpu: ratioTable, gpu: launchTable } as const;

/** Which of the document's sections a comparison is for. */
export type ComparisonName = keyof typeof ownTables;

const introduction = `# Benchmarks

No figure is entered by hand: each section is written by the command that stands in it. \`npm run bench -- --install-peers\` brings the peers.`;

const method = `## How it is measured

Every participant is a process of its own that holds an LSTM (one or two layers, all gates and both biases where it has them) with a linear
head on every time step, and works only when asked. After a warm-up of 0.5 s the participants take turns, one timed section each (A B C A B C):
at least 40 ms of runs, seven times; the figure is the median, with the fastest and the slowest section beside it. Those that would need more
than 20 s have fewer sections (\`n=\`); so have plain JavaScript, TensorFlow.js and brain.js beyond 3 s, of which a few samples tell by how much
they are behind. None is measured where a single run would take longer than 12 s. What other programs do to the machine hits all
alike, so **compare ratios, never milliseconds of two runs of the benchmark**.

- Inference is the forward pass without a gradient tape, the output read back. Training is the forward pass, the loss, the gradients of all
  parameters, an Adam step and the loss read back after every step. All of it in float32 on the same shapes, with sigmoid gates, from random
  weights. Sluice runs through its public API: the built packages, tape and optimizer included, on one thread where the label names no number.
- GFLOP/s counts the operations of the matrix products: forward, and in training the gradients of all weights and of what lies between the
  layers, but not of the input of the network. The ceiling is the rate of \`matMul\` of two ${productSize} x ${productSize} matrices in the same process on as many
  threads, measured after each section; the share is the median over the sections.
- JavaScript peers run on the Node that runs the benchmark, Sluice also on a second one. WebGL in Chromium runs in a page, and is timed there.

What the peers cannot do, or do differently:

- PyTorch and ONNX Runtime run with one and with two threads; the ratio is against the better of the two. Debian's PyTorch uses the BLAS
  library that the system has, named among the versions: without \`libopenblas0-pthread\` it is the reference one, several times slower.
- ONNX Runtime has no training in this package.
- TensorFlow.js has one bias vector per layer instead of two, and takes batch-first input. Its \`wasm\` backend runs one thread in Node.
- brain.js computes one sequence at a time: a batch is a loop, each of whose sequences updates the weights (by its own rule, it has no Adam).
  Its outputs are as many as its inputs and its loss is the squared error, so it has no part in the workloads with cross-entropy.
- \`long\` and \`char512\` are too much for plain JavaScript where their cells are empty.`;

const explanation = `Share of the time of one thread, the calling one, by the engine's profiler (a sample every 100 µs for 2 s, after a warm-up): functions of
WebAssembly one by one, with the file of \`packages/adapters/backend-wasm/assembly\` that they stand in; JavaScript by package.

How to read it beside the targets that were missed:

- A vector of WebAssembly has four numbers. PyTorch takes eight or sixteen at a time where the processor can. What Sluice cannot pass is the rate of its
  own products, \`multiplyTile\` here, which \`npm run bench -- --kernels\` prints. The build with plain SIMD also needs two instructions where the
  other multiplies and adds in one.
- forecast and long: beside that row stand the gates (\`sigmoidOfSum\`, \`tanhOfSum\`, \`lstmForward\`). They are the same bits on every engine, and
  for that round every product before adding to it, also with relaxed SIMD. \`binary/zip\` is the bias, added in a pass of its own to the input's
  product of all steps.
- stream: \`rowsTimesVector\` reads every weight once for each step, 2 MiB of them, more than most second caches hold. The rest is JavaScript, spread over
  the packages.`;

const begin = (name: SectionName) => `<!-- begin ${name} -->`;
const end = (name: SectionName) => `<!-- end ${name} -->`;

/**
 * The text of docs/benchmarks.md with this run in its section; the others stay as they are.
 * @param before the text so far, empty where there is none
 */
export function benchmarkDocument(name: ComparisonName, report: Report, before: string): string {
  return replaceSection(name, comparisonText(name, report), before);
}

/** The same for a run of the profiler. */
export function profileDocument(report: ProfileReport, before: string): string {
  const parts = [lines(profileHeadLines(report)), explanation, markdownTable(profileTable(report.profiles))];
  return replaceSection('profile', [`Written by \`${report.command}\`.`, ...parts], before);
}

function replaceSection(name: SectionName, parts: readonly string[], before: string): string {
  const text = [begin(name), `## ${sections[name].title}`, ...parts, end(name)].join('\n\n');
  const bodies = names.map((each) => (each === name ? text : keptText(each, before)));
  return `${[introduction, ...bodies, method].join('\n\n')}\n`;
}

function keptText(name: SectionName, before: string): string {
  const start = before.indexOf(begin(name));
  const stop = before.indexOf(end(name));
  if (start >= 0 && stop > start) return before.slice(start, stop + end(name).length);
  const { title, command } = sections[name];
  return [begin(name), `## ${title}`, `Not measured yet: \`${command}\` does.`, end(name)].join('\n\n');
}

function comparisonText(name: ComparisonName, report: Report): string[] {
  const notes = [...report.missing, ...notesOf(report)];
  return [
    `Written by \`${report.command}\`.`,
    lines(headLines(report)),
    markdownTable(targetTable(report.targets)),
    markdownTable(ownTables[name](report)),
    ...timeTables(report).map(markdownTable),
    markdownTable(workloadTable(report)),
    `### Empty cells\n\n${lines(notes) || 'None.'}`,
  ];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `- ${text}`).join('\n');
}

/** What is printed of a run. */
export function tablesOf(name: ComparisonName, report: Report): Table[] {
  const judged = report.targets.length > 0 ? [targetTable(report.targets)] : [];
  return [...timeTables(report), ownTables[name](report), ...judged];
}
