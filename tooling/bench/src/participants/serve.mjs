import { createInterface } from 'node:readline';

// Libraries greet on the console, and standard output belongs to the answers.
console.log = console.info = console.error;

/**
 * Serves one participant until its standard input ends.
 * @param {(request: import('../protocol.ts').Request | { do: 'start' }) => Promise<import('../protocol.ts').Greeting | import('../protocol.ts').Answer>} answer
 */
export async function serve(answer) {
  const write = (/** @type {object} */ value) => void process.stdout.write(`${JSON.stringify(value)}\n`);
  write(await answer({ do: 'start' }));
  for await (const line of createInterface({ input: process.stdin })) write(await answer(JSON.parse(line)));
}
