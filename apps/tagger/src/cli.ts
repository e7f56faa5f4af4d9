import { resolve } from 'node:path';
import { SluiceError, visible } from '@sluice/core';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { loadCorpus } from './corpus.ts';
import { type BackendName, backendNames, openDevice } from './device.ts';
import { AppError } from './errors.ts';
import { measure } from './evaluate.ts';
import { openModel, quickFolder, showPath, trainedFolder } from './folder.ts';
import { print, printColumns, printSections } from './output.ts';
import { confusions, figuresSection } from './report.ts';
import { figuresOf } from './score.ts';
import { defaults, quick as quickSettings, type Settings } from './settings.ts';
import { tagSentences } from './tagging.ts';
import { meaningOf } from './tags.ts';
import { train } from './train.ts';
import { wordsOf } from './words.ts';

interface TrainFlags extends Partial<Settings> {
  readonly quick: boolean;
  readonly seed: number;
  readonly corpus?: string;
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

/** Paths are meant from where the command was typed; pnpm starts it in the folder of the app. */
const pathOf = (path: string) => resolve(process.env.INIT_CWD ?? '.', path);

const backend = () => new Option('--backend <name>', 'what computes').choices(backendNames).default('wasm');
const corpus = () =>
  new Option('--corpus <folder>', 'files of your own, a sentence a line, word/tag (default: Brown)').argParser(pathOf);
const model = () =>
  new Option(
    '--model <folder>',
    'a trained model (default: that of the last "start", else of "start --quick", else the small one of the app)',
  ).argParser(pathOf);

function createProgram(args: readonly string[]): Command {
  const program = new Command('tagger')
    .description('Says what part of speech each word of a sentence is.')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(visible(text)) })
    .showHelpAfterError('(--help shows all options)');

  program
    .command('train')
    .description('train a tagger, measure it, and save it with a card and a report')
    .option('--quick', 'a small one within a minute', false)
    .option('--crf', 'choose the tags of a sentence together, by a conditional random field')
    .option('--epochs <count>', `passes over the corpus (default: ${defaults.epochs})`, whole(1))
    .option('--hidden <size>', `units of each direction (default: ${defaults.hidden})`, whole(1))
    .option('--letter-hidden <size>', `units that read letters (default: ${defaults.letterHidden})`, whole(1))
    .option('--word <size>', `length of a word's vector (default: ${defaults.word})`, whole(1))
    .option('--most-words <count>', `that have vectors (default: ${defaults.mostWords})`, whole(1))
    .option('--every <count>', 'train on each so-manieth sentence only (default: 1)', whole(1))
    .option('--seed <number>', 'of weights, order and dropout', whole(0), 1)
    .addOption(corpus())
    .option('--out <folder>', `where the model goes (default: ${showPath(trainedFolder)}, or quick)`, pathOf)
    .addOption(backend())
    .action(
      async ({ quick, seed, corpus, out = quick ? quickFolder : trainedFolder, backend, ...given }: TrainFlags) => {
        const settings = { ...(quick ? quickSettings : defaults), ...given };
        // Where the model goes has no say in what it is.
        const rest = args.slice(1).filter((arg, i) => !arg.startsWith('--out') && args[i] !== '--out');
        const command = ['npx pnpm --filter tagger start', ...rest].join(' ');
        await train({ settings, seed, ...(corpus !== undefined && { corpus }), out, backend, command });
      },
    );

  program
    .command('evaluate')
    .description('measure a trained model on the test part')
    .addOption(model())
    .addOption(corpus())
    .addOption(backend())
    .action(async (flags: ModelFlags & { corpus?: string }) => {
      using device = await openDevice(flags.backend, 0);
      const loaded = await openModel(device, flags.model);
      const { name, train: all, test } = await loadCorpus(flags.corpus);
      const training = all.filter((_, i) => i % loaded.config.every === 0);
      const { score, baseline } = await measure(loaded.model, loaded.preprocessing, training, test);
      printSections(name, [figuresSection(figuresOf(score, baseline)), confusions(score.matrix)]);
    });

  program
    .command('predict')
    .description('tag sentences')
    .argument('<sentences...>', 'each in quotes')
    .addOption(model())
    .addOption(backend())
    .action(async (texts: string[], flags: ModelFlags) => {
      const sentences = texts.map((text) => ({ words: wordsOf(text) }));
      using device = await openDevice(flags.backend, 0);
      const { model, preprocessing } = await openModel(device, flags.model);
      const tagged = await tagSentences(model, preprocessing, sentences);
      for (const [i, { words }] of sentences.entries()) {
        if (i > 0) print();
        printColumns(words.map((word, t) => [word, tagged[i]![t]!, meaningOf(tagged[i]![t]!)]));
      }
    });
  return program;
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
