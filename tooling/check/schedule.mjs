/**
 * @typedef {object} Result
 * @property {number} exitCode
 * @property {string} output shown if the check failed
 * @property {string} [note] shown at the end in any case
 */

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} about
 * @property {readonly string[]} [after] checks that must pass before this one can run
 * @property {() => Promise<Result>} run
 */

/** @returns {Check[]} the checks named, all if none is, with what they need */
function select(/** @type {readonly Check[]} */ checks, /** @type {readonly string[]} */ names) {
  if (names.length === 0) return [...checks];
  const needed = checks.filter(({ name }) => names.includes(name)).flatMap(({ after = [] }) => after);
  return checks.filter(({ name }) => names.includes(name) || needed.includes(name));
}

/**
 * Runs checks two at a time, one line each.
 * @param {readonly Check[]} checks
 * @param {readonly string[]} names of the checks to run, all if empty
 * @param {(text: string) => void} print
 * @returns {Promise<number>} how many failed
 */
export async function runChecks(checks, names, print) {
  const waiting = select(checks, names);
  const total = waiting.length;
  /** @type {Map<string, boolean>} */
  const passed = new Map();
  /** @type {string[]} */
  const reports = [];
  /** @type {string[]} */
  const notes = [];
  const running = new Set();

  const perform = async (/** @type {Check} */ check) => {
    const start = performance.now();
    const blocked = check.after?.find((name) => passed.get(name) === false);
    const { exitCode, output, note } =
      blocked === undefined
        ? await check.run()
        : { exitCode: 1, output: `not run: "${blocked}" failed`, note: undefined };
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    passed.set(check.name, exitCode === 0);
    print(`${exitCode === 0 ? 'ok    ' : 'FAILED'}  ${check.name.padEnd(10)} ${seconds.padStart(5)} s`);
    if (exitCode !== 0) reports.push(`\n--- ${check.name} ---\n${output.trim()}`);
    if (note !== undefined) notes.push(`\n${note}`);
  };

  const isReady = (/** @type {Check} */ { after = [] }) => after.every((name) => passed.has(name));
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < 2 ? waiting.findIndex(isReady) : -1;
    if (next >= 0) {
      const [check] = waiting.splice(next, 1);
      const task = perform(/** @type {Check} */ (check)).finally(() => running.delete(task));
      running.add(task);
    } else {
      await Promise.race(running);
    }
  }

  for (const text of [...notes, ...reports]) print(text);
  print(reports.length === 0 ? `\nAll ${total} checks passed.` : `\n${reports.length} of ${total} checks failed.`);
  return reports.length;
}
