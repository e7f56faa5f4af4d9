import { SluiceError, visible } from '@sluice/core';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { backtest } from './backtest.ts';
import { datasetNames } from './datasets.ts';
import { type BackendName, backendNames } from './device.ts';
import { AppError, UsageError } from './errors.ts';
import { modelFolder, trainedFolder, userPath } from './folder.ts';
import type { TrainingRequest } from './plan.ts';
import { showReading } from './reading.ts';
import { train } from './train.ts';
import { evaluate, predict, type UseOptions } from './use.ts';

function path(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected a path.');
  return userPath(text);
}

function number(range: string, valid: (value: number) => boolean) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !valid(value)) throw new InvalidArgumentError(`Expected ${range}.`);
    return value;
  };
}

const count = (most: number) =>
  number(`a whole number from 1 to ${most}`, (value) => Number.isInteger(value) && value >= 1 && value <= most);
const backend = () => new Option('--backend <name>', 'what computes').choices(backendNames).default('wasm');

const uneven = () =>
  new Option('--uneven <what>', 'to do where dates of your file are not evenly spaced (default: refuse)').choices([
    'refuse',
    'accept',
  ]);

interface CommonFlags extends TrainingRequest {
  readonly backend: BackendName;
}

function withTraining(command: Command): Command {
  return command
    .addOption(
      new Option('--dataset <name>', 'what to forecast (default: weather)').choices(datasetNames).conflicts('csv'),
    )
    .option('--csv <file>', 'your own file: a line of names, then rows in the order of time', path)
    .option('--target <column>', 'the column to forecast')
    .option('--date <column>', 'of your file: the column of dates, ISO 8601; gives calendar features and the season')
    .addOption(uneven())
    .option('--columns <names>', 'more columns to read, separated by commas', (text) => text.split(','))
    .option('--unit <text>', 'of the target')
    .option('--log', 'forecast ratios instead of differences')
    .option('--season <steps>', 'after which the series repeats itself', count(100_000))
    .addOption(
      new Option('--anchor <kind>', 'what the network corrects: the last value, or that of the last season').choices([
        'last',
        'season',
      ]),
    )
    .option('--window <steps>', 'read before each forecast', count(10_000))
    .option('--horizon <steps>', 'to forecast', count(1_000))
    .addOption(new Option('--cell <kind>', 'the recurrent layers (default: lstm)').choices(['lstm', 'gru']))
    .addOption(
      new Option('--head <kind>', 'what is learnt: quantiles, or mean and deviation (default: quantile)').choices([
        'quantile',
        'gaussian',
      ]),
    )
    .option('--hidden <size>', 'of the layers', count(1_024))
    .option('--layers <count>', 'on top of each other', count(8))
    .option(
      '--dropout <probability>',
      'while training',
      number('a number from 0 to 0.9', (value) => value >= 0 && value <= 0.9),
    )
    .option('--epochs <count>', 'passes over the training part', count(100_000))
    .option('--batch <count>', 'windows in a batch', count(100_000))
    .option(
      '--learning-rate <rate>',
      'the highest of the one-cycle schedule',
      number('a number above 0', (value) => value > 0 && value < 1e3),
    )
    .option(
      '--seed <number>',
      'of weights and order',
      number('a whole number of at least 0', (value) => Number.isSafeInteger(value) && value >= 0),
      1,
    )
    .option('--quick', 'a quarter of the epochs; a model in a folder of its own')
    .addOption(backend());
}

function withModel(command: Command): Command {
  return command
    .option('--model <folder>', 'of the model', 'weather')
    .option('--csv <file>', 'a file with the columns that the model was trained on (default: its data set)', path)
    .addOption(uneven())
    .addOption(backend());
}

function createProgram(args: readonly string[]): Command {
  const program = new Command('forecast')
    .description('Forecasts with prediction intervals, by an LSTM or GRU.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(visible(text)) })
    .showHelpAfterError('(--help shows all options)');
  withTraining(program.command('train'))
    .description('train, measure beside simple methods, save model and report.html')
    .option(
      '--out <folder>',
      'for the model (default: runs/ and the name of the data set, in the folder of the app)',
      path,
    )
    .action(async (flags: CommonFlags & { out?: string }) => {
      const { csv, dataset = csv === undefined ? 'weather' : 'csv', quick } = flags;
      const out = flags.out ?? trainedFolder(dataset, quick);
      const command = ['npx pnpm --filter forecast start', ...args.slice(1)].join(' ');
      await train({ ...flags, out, command });
    });
  withTraining(program.command('backtest'))
    .description('train anew as time goes on, and measure each model on what came until the next')
    .option('--folds <count>', 'trainings', count(1_000), 4)
    .action((flags: CommonFlags & { folds: number }) => backtest(flags));
  const use = (run: (options: UseOptions) => Promise<void>) => async (flags: UseOptions) => {
    using reading = showReading();
    await run({ ...flags, model: modelFolder(flags.model), onProgress: reading.onProgress });
  };
  withModel(program.command('evaluate')).description('measure a saved model on the test part').action(use(evaluate));
  withModel(program.command('predict')).description('forecast what comes after the last row').action(use(predict));
  return program;
}

/** @returns the exit code: 0, 1 for failures, 2 for a command line that makes no sense */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await createProgram(args).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const explained = [AppError, UsageError, SluiceError].some((type) => error instanceof type);
    if (!(error instanceof Error) || !(explained || 'syscall' in error)) throw error;
    process.stderr.write(`Error: ${visible(error.message.replace(/\s*\n\s*/g, '; '))}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
