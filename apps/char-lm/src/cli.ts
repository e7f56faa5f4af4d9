#!/usr/bin/env node
import { resolve } from 'node:path';
import { SluiceError, visible } from '@sluice/core';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type BackendRequest, backendNames, type Threads } from './backends.ts';
import { evaluateModel, sample } from './commands.ts';
import { AppError, UsageError } from './errors.ts';
import { defaultModelPath, fullModelPath, showPath } from './model-file.ts';
import { type Split, splits } from './text.ts';
import { train } from './train.ts';

interface TrainFlags extends BackendRequest {
  readonly full: boolean;
  readonly epochs?: number;
  readonly steps?: number;
  readonly hidden: number;
  readonly layers: number;
  readonly embedding: number;
  readonly batch: number;
  readonly time: number;
  readonly learningRate: number;
  readonly dropout: number;
  readonly seed: number;
  readonly text?: string;
  readonly out: string;
  readonly resume: boolean;
  readonly checkpointEvery: number;
}

interface SampleFlags extends BackendRequest {
  readonly model: string;
  readonly prompt?: string;
  readonly temperature: number;
  readonly length: number;
  readonly seed: number;
}

interface EvaluateFlags extends BackendRequest {
  readonly model: string;
  readonly split: Split;
  readonly text?: string;
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

function number(least: number, below: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value < below)) {
      const range = below === Number.POSITIVE_INFINITY ? `at least ${least}` : `at least ${least} and below ${below}`;
      throw new InvalidArgumentError(`Expected a number of ${range}.`);
    }
    return value;
  };
}

const backend = () =>
  new Option(
    '--backend <name>',
    'what computes (default: wasm, or js without SIMD; going on, the one of before)',
  ).choices(backendNames);
const threads = () =>
  new Option('--threads <count>', 'that wasm computes on (default: auto, as many as the machine runs)').argParser(
    (text): Threads => (text === 'auto' ? text : whole(1)(text)),
  );
const modelFile = () =>
  new Option('--model <file>', 'the trained model').default(defaultModelPath, showPath(defaultModelPath));

/** The large model, for those who have an hour. */
const full = { hidden: 256, layers: 2, embedding: 64, batch: 32, time: 64, learningRate: 0.003, dropout: 0.2 };
const fullEpochs = 10;

function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('char-lm')
    .description('A character language model: an LSTM learns to write like a text, character by character.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(visible(text)) })
    .addHelpText('after', '\nWithout a command it trains; "char-lm COMMAND --help" shows the options of a command.')
    .showHelpAfterError('(--help shows all options)');

  program
    .command('train', { isDefault: true })
    .description('train a model, or go on with a training that was stopped')
    .addOption(
      new Option('--full', 'the large model: other defaults, and another file')
        .default(false)
        .implies({ ...full, out: fullModelPath }),
    )
    .option('--epochs <count>', `passes over the text (default: 1, with --full ${fullEpochs})`, whole(1))
    .addOption(new Option('--steps <count>', 'updates, instead of epochs').argParser(whole(1)).conflicts('epochs'))
    .option('--hidden <size>', 'size of the LSTM', whole(1), 64)
    .option('--layers <count>', 'LSTM layers', whole(1), 1)
    .option('--embedding <size>', 'size of the character vectors', whole(1), 32)
    .option('--batch <count>', 'places of the text read side by side', whole(1), 16)
    .option('--time <steps>', 'characters between two updates', whole(1), 32)
    .option(
      '--learning-rate <rate>',
      'the highest of the one-cycle schedule',
      number(0, Number.POSITIVE_INFINITY),
      0.008,
    )
    .option('--dropout <probability>', 'while training', number(0, 1), 0)
    .option('--seed <number>', 'of the first weights and of dropout', whole(0), 1)
    .option('--text <file>', 'your own UTF-8 text (default: Moby Dick)')
    .addOption(new Option('--out <file>', 'the model file').default(defaultModelPath, showPath(defaultModelPath)))
    .option('--resume', 'go on with the training in --out, with its settings', false)
    .option('--checkpoint-every <steps>', 'updates between two saves', whole(1), 250)
    .addOption(backend())
    .addOption(threads())
    .action(async (flags: TrainFlags, command: Command) => {
      const { hidden, layers, embedding, batch, time, learningRate, dropout, seed, ...rest } = flags;
      const epochs = flags.epochs ?? (flags.full ? fullEpochs : 1);
      const settings = { hidden, layers, embedding, batch, time, learningRate, dropout, seed };
      const given = new Set(Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli'));
      finish(await train({ ...rest, epochs, settings, given, out: resolve(flags.out) }));
    });

  program
    .command('sample')
    .description('write text')
    .addOption(modelFile())
    .option('--prompt <text>', 'what to go on from (default: a new line)')
    .option(
      '--temperature <number>',
      'below 1 more cautious, 0 always the likeliest',
      number(0, Number.POSITIVE_INFINITY),
      0.8,
    )
    .option('--length <count>', 'characters to write', whole(0), 400)
    .option('--seed <number>', 'another one writes another text', whole(0), 1)
    .addOption(backend())
    .addOption(threads())
    .action(async (flags: SampleFlags) => finish(await sample({ ...flags, model: resolve(flags.model) })));

  program
    .command('evaluate')
    .description('measure how well a model predicts a part of the text that it was not trained on')
    .addOption(modelFile())
    .addOption(new Option('--split <part>', 'which part').choices(splits).default('validation'))
    .option('--text <file>', 'where the text is now (default: where it was for training)')
    .addOption(backend())
    .addOption(threads())
    .action(async (flags: EvaluateFlags) => finish(await evaluateModel({ ...flags, model: resolve(flags.model) })));
  return program;
}

/** @returns the exit code: 0, 1 for failures, 2 for a command line that makes no sense, 130 after Ctrl-C */
async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!isExplained(error)) throw error;
    process.stderr.write(`Error: ${visible(error.message.replace(/\s*\n\s*/g, '; '))}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Whether the message alone says what is wrong, so that a stack would only hide it. */
function isExplained(error: unknown): error is Error {
  const known = [AppError, UsageError, SluiceError].some((type) => error instanceof type);
  return known || (error instanceof Error && 'syscall' in error);
}

// Whoever reads the output may stop reading, or close the terminal; training goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
});

process.exitCode = await main(process.argv.slice(2));
