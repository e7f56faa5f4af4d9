import { SluiceError, visible } from '@sluice/core';
import { readRegularFile } from '@sluice/core/node';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { measureBaselines } from './baselines.ts';
import { ownData, readChains } from './chains.ts';
import { type BackendName, backendNames, openDevice } from './device.ts';
import { AppError, messageOf } from './errors.ts';
import { evaluate, figuresOf } from './evaluation.ts';
import { parseFasta } from './fasta.ts';
import { openModel, quickFolder, trainedFolder, userPath } from './folder.ts';
import { print, printEvaluation } from './output.ts';
import { predict } from './predict.ts';
import { fullSettings, quickSettings } from './settings.ts';
import { type Settings, train } from './train.ts';

interface TrainFlags extends Partial<Settings> {
  readonly quick: boolean;
  readonly data: string;
  readonly chains?: number;
  readonly out?: string;
  readonly backend: BackendName;
}

interface ModelFlags {
  readonly model?: string;
  readonly backend: BackendName;
}

function whole(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    }
    return value;
  };
}

const backend = () => new Option('--backend <name>', 'what computes').choices(backendNames).default('wasm');
const data = () =>
  new Option('--data <file>', 'chains: lines of id, residues and states between tabs').default(
    ownData,
    'the 3,000 of the app',
  );
const modelFolder = () =>
  new Option(
    '--model <folder>',
    'a trained model (default: that of the last "start", else of "start --quick", else the small one of the app)',
  );

function createProgram(args: readonly string[]): Command {
  const program = new Command('protein')
    .description('Says from the residues of a protein which secondary structure each is in.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(visible(text)) })
    .showHelpAfterError('(--help shows all options)');

  program
    .command('train')
    .description('train a model, measure it, and save it with a card and a report')
    .option('--quick', 'a small model within a minute', false)
    .option('--epochs <count>', `passes over the chains (default: ${fullSettings.epochs})`, whole(1))
    .option('--networks <count>', `whose mean counts (default: ${fullSettings.networks})`, whole(1))
    .option('--hidden <size>', `size of each direction of the LSTM (default: ${fullSettings.hidden})`, whole(1))
    .option('--window <residues>', `read at once, an odd number (default: ${fullSettings.window})`, whole(1))
    .option('--seed <number>', `of weights, order and dropout (default: ${fullSettings.seed})`, whole(0))
    .option('--chains <count>', 'train on the first so many only', whole(1))
    .addOption(data())
    .option('--out <folder>', 'where the model goes (default: runs/default of the app, or runs/quick)')
    .addOption(backend())
    .action(async ({ quick, data, chains, out, backend, ...given }: TrainFlags) => {
      const settings = { ...(quick ? quickSettings : fullSettings), ...given };
      // Where the model goes has no say in what it is.
      const rest = args.slice(1).filter((arg, i) => !arg.startsWith('--out') && args[i] !== '--out');
      const command = ['npx pnpm --filter protein start', ...rest].join(' ');
      const folder = out === undefined ? (quick ? quickFolder : trainedFolder) : userPath(out);
      await train({ settings, data: userPath(data), ...(chains && { chains }), out: folder, backend, command });
    });

  program
    .command('evaluate')
    .description('measure a trained model on the test part')
    .addOption(modelFolder())
    .addOption(data())
    .addOption(backend())
    .action(async (flags: ModelFlags & { data: string }) => {
      const chains = await readChains(userPath(flags.data));
      using device = await openDevice(flags.backend, 0);
      const { model, config, preprocessing } = await openModel(device, flags.model && userPath(flags.model));
      const evaluation = await evaluate(model, preprocessing.residues, config.window, chains.test);
      printEvaluation(evaluation, figuresOf(evaluation, measureBaselines(chains.train, chains.test)));
    });

  program
    .command('predict')
    .description(
      'write for each chain of a FASTA file: its residues, the likeliest of 8 states, of 3 states, and tenths of confidence',
    )
    .option('--fasta <file>', 'the chains (default: standard input)')
    .addOption(modelFolder())
    .addOption(backend())
    .action(async (flags: ModelFlags & { fasta?: string }) => {
      const chains = parseFasta(await readText(flags.fasta), flags.fasta ?? 'standard input');
      using device = await openDevice(flags.backend, 0);
      const { model, config, preprocessing } = await openModel(device, flags.model && userPath(flags.model));
      const predictions = await predict(model, preprocessing.residues, config.window, chains);
      for (const [i, { states, merged, confidence }] of predictions.entries()) {
        print([`>${chains[i]!.id}`, chains[i]!.residues, states, merged, confidence].join('\n'));
      }
    });
  return program;
}

/** Of FASTA that is read as a whole. */
const mostBytes = 2 ** 28;

async function readText(path: string | undefined): Promise<string> {
  if (path !== undefined) {
    const bytes = await readRegularFile(userPath(path), mostBytes).catch((cause: unknown) => {
      throw new AppError(messageOf(cause).replace(userPath(path), path), { cause });
    });
    return new TextDecoder().decode(bytes);
  }
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin) {
    pieces.push(piece);
    length += piece.length;
    if (length > mostBytes) throw new AppError(`standard input: has more than ${mostBytes} bytes`);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** @returns the exit code: 0, 1 for failures, 2 for a command line that makes no sense */
async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram(args).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const explained =
      error instanceof AppError || error instanceof SluiceError || (error instanceof Error && 'syscall' in error);
    if (!explained) throw error;
    process.stderr.write(`Error: ${visible(error.message.replace(/\s*\n\s*/g, '; '))}\n`);
    return 1;
  }
}

// Whoever reads the output may stop reading; training goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
