/**
 * @typedef {import('../workloads.ts').Workload} Workload
 * @typedef {import('../workloads.ts').Mode} Mode
 * @typedef {import('../protocol.ts').Answer} Answer
 * @typedef {import('../protocol.ts').Greeting} Greeting
 * @typedef {import('../protocol.ts').Request} Request
 * @typedef {() => Promise<number> | number} Run one run, ended by reading its result back
 */

/** Thrown by a library for what it cannot do. */
export class Unsupported extends Error {}

/**
 * What a library has to know to take part.
 * @typedef {object} Library
 * @property {() => Promise<Greeting>} start loads it
 * @property {(workload: Workload, mode: Mode) => Promise<Run>} prepare
 * @property {() => Run} [product] makes the matrix product that the ceiling is measured with
 * @property {() => number | undefined} [launches] kernels that the GPU was told to run so far
 */

/**
 * The runs, then their mean time in milliseconds.
 * @returns {Promise<Answer>}
 */
async function section(
  /** @type {Run} */ run,
  /** @type {number} */ runs,
  launches = () => /** @type {any} */ (undefined),
) {
  let value = 0;
  const before = launches();
  const start = performance.now();
  for (let i = 0; i < runs; i++) value = await run();
  const milliseconds = (performance.now() - start) / runs;
  if (!Number.isFinite(value)) return { error: `the result is ${value}` };
  return { milliseconds, value, ...(before !== undefined && { launches: (launches() - before) / runs }) };
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
 * Answers the requests of one participant, in Node and in a page.
 * @returns {(request: Request | { do: 'start' }) => Promise<Greeting | Answer>}
 */
export function runner(/** @type {Library} */ { start, prepare, product, launches }) {
  /** @type {Run | undefined} */
  let run;
  /** @type {Run | undefined} */
  let multiply;
  const answer = async (/** @type {Request | { do: 'start' }} */ request) => {
    if (request.do === 'start') return start();
    if (request.do === 'prepare') {
      run = await prepare(request.workload, request.mode);
      multiply = undefined;
      return warm(run, request.warmUp);
    }
    if (request.do === 'product') multiply ??= product?.();
    const asked = request.do === 'product' ? multiply : run;
    if (asked === undefined) throw new Unsupported(`nothing to do for ${request.do}`);
    return section(asked, request.runs, launches);
  };
  return async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof Unsupported) return { unsupported: error.message };
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
}
