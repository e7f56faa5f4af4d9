import { SluiceError, visible } from '@sluice/core';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { evaluate, exportSamples, predict } from './commands.ts';
import { type BackendName, backendNames } from './device.ts';
import { AppError, UsageError } from './errors.ts';
import { mainCells, pathOf, trainedFolder } from './folder.ts';
import type { Split } from './mnist.ts';
import { type Cell, cells, type Task } from './model.ts';
import { defaults, quick, type Settings } from './settings.ts';
import { train } from './train.ts';

interface CommonFlags {
  readonly strings: boolean;
  readonly backend: BackendName;
}

interface TrainFlags extends CommonFlags, Partial<Settings> {
  readonly quick: boolean;
  readonly cells?: readonly Cell[];
  readonly out?: string;
}

interface ModelFlags extends CommonFlags {
  readonly model?: string;
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
const strings = () => new Option('--strings', 'strings of 3 to 6 digits instead of single digits').default(false);
const model = () =>
  new Option(
    '--model <folder>',
    'a trained model (default: that of the last "start", else of "start --quick", else the small one of the app)',
  );
const taskOf = ({ strings }: CommonFlags): Task => (strings ? 'string' : 'digit');
const either = (name: keyof Settings) => `(default: ${defaults.digit[name]}, with --strings ${defaults.string[name]})`;

function createProgram(args: readonly string[]): Command {
  const program = new Command('digits')
    .description('Reads handwritten digits, and strings of them.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(visible(text)) })
    .showHelpAfterError('(--help shows all options)');

  program
    .command('train')
    .description('train networks of several cells, measure them, and save them with cards and a report')
    .addOption(strings())
    .option('--quick', 'small networks within a minute', false)
    .addOption(new Option('--cells <names...>', 'which (default: all; with --strings BiLSTM)').choices(cells))
    .option('--epochs <count>', `passes ${either('epochs')}`, whole(1))
    .option('--count <pictures>', `in an epoch ${either('count')}`, whole(1))
    .option('--hidden <units>', `of a layer; a BiLSTM has half in each direction ${either('hidden')}`, whole(1))
    .option('--seed <number>', `of weights, order and distortions ${either('seed')}`, whole(0))
    .option(
      '--out <folder>',
      'where the models go (default: runs/digits of the app, strings, quick-digits or quick-strings)',
    )
    .addOption(backend())
    .action(async ({ strings, quick: small, cells: chosen, out, backend, ...given }: TrainFlags) => {
      const task = taskOf({ strings, backend });
      // Where the models go has no say in what they are.
      const rest = args.slice(1).filter((arg, i) => !arg.startsWith('--out') && args[i] !== '--out');
      await train({
        task,
        cells: chosen ? [...new Set(chosen)] : task === 'digit' ? cells : [mainCells[task]],
        settings: { ...defaults[task], ...(small && quick[task]), ...given },
        out: out === undefined ? trainedFolder(task, small) : pathOf(out),
        backend,
        command: ['npx pnpm --filter digits start', ...rest].join(' '),
      });
    });

  program
    .command('evaluate')
    .description('measure a trained model')
    .addOption(strings())
    .addOption(model())
    .addOption(new Option('--split <part>', 'of the data').choices(['validation', 'test']).default('test'))
    .addOption(backend())
    .action((flags: ModelFlags & { split: Exclude<Split, 'train'> }) => evaluate({ ...flags, task: taskOf(flags) }));

  program
    .command('predict')
    .description('read pictures: PNG, PGM, or text with a row of numbers in each line')
    .argument('<files...>')
    .addOption(strings())
    .option('--show', 'also draw each picture as the network sees it', false)
    .addOption(model())
    .addOption(backend())
    .action((files: string[], flags: ModelFlags & { show: boolean }) =>
      predict(files, { ...flags, task: taskOf(flags) }),
    );

  program
    .command('samples')
    .description('write pictures of the test part, to try "predict" with')
    .addOption(strings())
    .requiredOption('--out <folder>', 'where they go')
    .option('--count <pictures>', 'how many', whole(1), 10)
    .action(({ strings, out, count }: CommonFlags & { out: string; count: number }) =>
      exportSamples(strings ? 'string' : 'digit', pathOf(out), count),
    );
  return program;
}

/** @returns the exit code: 0, 1 for failures, 2 for a command line that makes no sense */
async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram(args).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const explained = [AppError, UsageError, SluiceError].some((type) => error instanceof type);
    if (!(error instanceof Error && (explained || 'syscall' in error))) throw error;
    process.stderr.write(`Error: ${visible(error.message.replace(/\s*\n\s*/g, '; '))}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

// Whoever reads the output may stop reading; training goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
