import { checkBackend } from '@sluice/backend-conformance';
import { createJsBackend } from '@sluice/backend-js';
import { createArrayBackend } from './backend.ts';
import { learnWave } from './wave.ts';

const help = `Usage: pnpm --filter custom-backend start
       pnpm --filter custom-backend conformance

start         trains the LSTM of the README's example on this backend and on backend-js, and prints both losses
conformance   runs the conformance kit and prints its report

Options:
  -h, --help  show this text`;

async function train(): Promise<void> {
  console.log('step      custom          js  difference');
  const [own, other] = [learnWave(createArrayBackend(), 101), learnWave(createJsBackend(), 101)];
  let largest = 0;
  for (let step = 0; step <= 100; step++) {
    const [a, b] = [(await own.next()).value ?? Number.NaN, (await other.next()).value ?? Number.NaN];
    largest = Math.max(largest, Math.abs(a - b) / b);
    if (step % 25 > 0) continue;
    const cells = [a.toFixed(6), b.toFixed(6), (Math.abs(a - b) / b).toExponential(1)];
    console.log([String(step).padStart(4), ...cells.map((cell) => cell.padStart(10))].join('  '));
  }
  console.log(`Largest relative difference of all 101 steps: ${largest.toExponential(1)}.`);
}

async function conformance(): Promise<void> {
  console.log('Running the conformance kit, which takes some seconds.');
  const { text, failed } = await checkBackend(createArrayBackend);
  console.log(text);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

const [command = 'train', ...rest] = process.argv.slice(2);
if (command === '--help' || command === '-h') {
  console.log(help);
} else if (command === 'train' && rest.length === 0) {
  await train();
} else if (command === 'conformance' && rest.length === 0) {
  await conformance();
} else {
  console.error(`Unknown arguments "${process.argv.slice(2).join(' ')}".\n\n${help}`);
  process.exitCode = 2;
}
