import { createInterface } from 'node:readline';

/**
 * @typedef {import('../workloads.ts').Workload} Workload
 * @typedef {import('../workloads.ts').Mode} Mode
 * @typedef {import('../protocol.ts').Answer} Answer
 * @typedef {() => Promise<number> | number} Run one run, ended by reading its result back
 */

/** Thrown by a participant for what its library cannot do. */
export class Unsupported extends Error {}

// Libraries greet on the console, and standard output belongs to the answers.
console.log = console.info = console.error;

const answer = (/** @type {object} */ value) => void process.stdout.write(`${JSON.stringify(value)}\n`);

/**
 * The runs, then their mean time in milliseconds.
 * @returns {Promise<Answer>}
 */
async function section(/** @type {Run} */ run, /** @type {number} */ runs) {
  let value = 0;
  const start = performance.now();
  for (let i = 0; i < runs; i++) value = await run();
  const milliseconds = (performance.now() - start) / runs;
  if (!Number.isFinite(value)) return { error: `the result is ${value}` };
  return { milliseconds, value };
}

/** Runs at least once and for `warmUp` milliseconds; the answer has the time of the last half. */
async function warm(/** @type {Run} */ run, /** @type {number} */ warmUp) {
  let last = await section(run, 1);
  let spent = 'milliseconds' in last ? last.milliseconds : warmUp;
  while (spent < warmUp && 'milliseconds' in last) {
    const runs = Math.max(1, Math.round(spent / last.milliseconds));
    last = await section(run, runs);
    if ('milliseconds' in last) spent += last.milliseconds * runs;
  }
  return last;
}

/**
 * Serves one participant until its standard input ends.
 * @param {() => Promise<Record<string, string>>} start loads the library; gives the versions of what runs
 * @param {(workload: Workload, mode: Mode) => Promise<Run>} prepare
 * @param {() => Run} [product] makes the matrix product that the ceiling is measured with
 */
export async function serve(start, prepare, product) {
  const attempt = async (/** @type {() => Promise<object>} */ work) => {
    try {
      answer(await work());
    } catch (error) {
      if (error instanceof Unsupported) answer({ unsupported: error.message });
      else answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  await attempt(async () => ({ versions: await start() }));
  /** @type {Run | undefined} */
  let run;
  /** @type {Run | undefined} */
  let multiply;
  for await (const line of createInterface({ input: process.stdin })) {
    /** @type {import('../protocol.ts').Request} */
    const request = JSON.parse(line);
    await attempt(async () => {
      if (request.do === 'prepare') {
        run = await prepare(request.workload, request.mode);
        multiply = undefined;
        return warm(run, request.warmUp);
      }
      if (request.do === 'product') multiply ??= product?.();
      const asked = request.do === 'product' ? multiply : run;
      if (asked === undefined) throw new Unsupported(`nothing to do for ${request.do}`);
      return section(asked, request.runs);
    });
  }
}
