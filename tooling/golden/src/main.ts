import { fileURLToPath } from 'node:url';
import { SluiceError } from '@sluice/core';
import { backends } from './backends.ts';
import { readGoldenFile } from './read-golden-file.ts';
import { compareFile } from './report.ts';

const help = `Usage: npm run golden -- [FILE]

Runs the recurrent networks in FILE on every backend, in float32 and float64, and compares outputs and gradients with the values in it.
Default FILE: tooling/golden/torch-recurrent.json, computed by PyTorch. Exit status: 0 all agree, 1 some do not, 2 FILE is unusable.

Options:
  -h, --help   show this text
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return 0;
  }
  const wrong = args.length > 1 ? args[1] : args.find((argument) => argument.startsWith('-'));
  if (wrong !== undefined) {
    console.error(`Unexpected argument "${wrong}".\n\n${help}`);
    return 2;
  }
  const path = args[0] ?? fileURLToPath(new URL('../torch-recurrent.json', import.meta.url));
  const { text, failed } = await compareFile(await readGoldenFile(path), backends);
  console.log(text);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SluiceError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
