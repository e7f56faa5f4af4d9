import { headLines, markdownTable, notesOf, type Report, ratioTable, timeTables, workloadTable } from './report.ts';

const method = `## How it is measured

Every participant is a process of its own that holds an LSTM (one or two layers, all gates and both biases where it has them) with a linear
head on every time step, and works only when asked. After a warm-up of 0.5 s the participants take turns, one timed section each (A B C A B C):
at least 40 ms of runs, seven times; the figure is the median, with the fastest and the slowest section beside it. Those that would need more
than 12 s have fewer sections (\`n=\`), or none where a single run would take longer than that. What other programs do to the machine hits all
alike, so **compare ratios, never milliseconds of two runs of the benchmark**.

- Inference is the forward pass without a gradient tape, the output read back. Training is the forward pass, the loss, the gradients of all
  parameters, an Adam step and the loss read back after every step. All of it in float32 on the same shapes, with sigmoid gates, from random
  weights. Sluice runs through its public API: the built packages, tape and optimizer included, one thread.
- GFLOP/s counts the operations of the matrix products: forward, and in training the gradients of all weights and of what lies between the
  layers, but not of the input of the network. The ceiling is the rate of \`matMul\` of two 256 x 256 matrices in the same process, measured
  after each section; the share is the median over the sections.
- JavaScript peers run on the Node that runs the benchmark, Sluice also on a second one.

What the peers cannot do, or do differently:

- PyTorch and ONNX Runtime run with one and with two threads; the ratio is against the better of the two. Debian's PyTorch uses the BLAS
  library that the system has, named among the versions: without \`libopenblas0-pthread\` it is the reference one, several times slower.
- ONNX Runtime has no training in this package.
- TensorFlow.js has one bias vector per layer instead of two, and takes batch-first input. Its \`wasm\` backend runs one thread in Node.
- brain.js computes one sequence at a time: a batch is a loop, each of whose sequences updates the weights (by its own rule, it has no Adam).
  Its outputs are as many as its inputs and its loss is the squared error, so it has no part in the workloads with cross-entropy.
- \`long\` and \`char512\` are too much for plain JavaScript where their cells are empty.`;

/** The text of docs/benchmarks.md. */
export function benchmarkDocument(report: Report): string {
  const notes = [...report.missing, ...notesOf(report)];
  return `${[
    '# Benchmarks',
    `Written by \`${report.command}\`; no figure is entered by hand. \`pnpm bench --install-peers\` brings the peers.`,
    headLines(report)
      .map((line) => `- ${line}`)
      .join('\n'),
    markdownTable(ratioTable(report)),
    ...timeTables(report).map(markdownTable),
    markdownTable(workloadTable(report)),
    `## Empty cells\n\n${notes.map((note) => `- ${note}`).join('\n') || 'None.'}`,
    method,
  ].join('\n\n')}\n`;
}
