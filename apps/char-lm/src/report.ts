import { visible } from '@sluice/core';
import { bitsPerCharacter, perplexity } from '@sluice/metrics';
import { formatCount } from '@sluice/training/node';
import { type BackendRequest, openDevice } from './backends.ts';
import { evaluationBatches } from './batches.ts';
import { generate } from './generate.ts';
import { evaluate } from './loss.ts';
import type { CharacterModel } from './model.ts';
import { fileOption, type ModelFile, openModel, showPath } from './model-file.ts';
import { callOf, colors, print, printStyled } from './output.ts';
import type { Split, Text } from './text.ts';

const sampling = { temperature: 0.7, length: 300, seed: 1 };

export interface ReportOptions extends BackendRequest {
  /** A text to measure the model on first. Default: it was measured already. */
  readonly evaluateOn?: Text;
}

/** What a trained model can do, and what to do with it. */
export async function reportModel(file: ModelFile, options: ReportOptions): Promise<void> {
  using device = await openDevice(options, file.backend, 0);
  using model = openModel(device, file);
  if (options.evaluateOn) printStyled(await measure(model, options.evaluateOn, 'validation'));
  print(`Model: ${showPath(file.path)}`);
  print();
  printStyled(colors.bold('A sample of what it writes:'));
  let sample = '';
  for await (const piece of generate(model, file.vocabulary, sampling)) sample += piece;
  print(sample.trim());
  print();
  const prompt = [...'The '].every((character) => file.vocabulary.has(character)) ? ' --prompt "The "' : '';
  hint('Write more', `sample${fileOption('--model', file.path)}${prompt} --temperature 0.8 --length 400`);
  hint('Train it longer', `train --resume${fileOption('--out', file.path)} --steps ${2 * file.settings.steps}`);
}

/** A line that says how to go on. */
export function hint(what: string, args: string): void {
  printStyled(`${colors.dim(what.padEnd(16))} ${visible(callOf(args))}`);
}

/** How well a model predicts a part of the text, as a line to print. */
export async function measure(model: CharacterModel, text: Text, split: Split): Promise<string> {
  const source = evaluationBatches(text, split);
  return describeLoss(split, await evaluate(model, source), source.targetsPerEpoch);
}

export function describeLoss(split: Split, loss: number, characters: number): string {
  const bits = colors.green(`${bitsPerCharacter(loss).toFixed(3)} bits per character`);
  return `${split} ${bits}, perplexity ${perplexity(loss).toFixed(2)}, measured on ${formatCount(characters)} characters`;
}
