import { type Device, visible } from '@sluice/core';
import { type BackendRequest, describeDevice, openDevice } from './backends.ts';
import { UsageError } from './errors.ts';
import { type GenerateOptions, generate } from './generate.ts';
import { checkSameText, openModel, readModelFile } from './model-file.ts';
import { printStyled } from './output.ts';
import { measure } from './report.ts';
import { readText, readTextAgain, type Split } from './text.ts';

export interface SampleOptions extends GenerateOptions, BackendRequest {
  readonly model: string;
}

export async function sample(options: SampleOptions): Promise<number> {
  const file = await readModelFile(options.model);
  const unknown = [...(options.prompt ?? '')].findIndex((character) => !file.vocabulary.has(character));
  if (unknown >= 0) {
    const character = JSON.stringify([...(options.prompt as string)][unknown]);
    throw new UsageError(`--prompt: the model has never seen the character ${character} at position ${unknown}`);
  }
  using device = await openAndTell(options);
  using model = openModel(device, file);
  for await (const piece of generate(model, file.vocabulary, options)) {
    // Nobody reads any more.
    if (process.stdout.errored) return 0;
    process.stdout.write(visible(piece));
  }
  process.stdout.write('\n');
  return 0;
}

export interface EvaluateOptions extends BackendRequest {
  readonly model: string;
  readonly split: Split;
  readonly text?: string | undefined;
}

export async function evaluateModel(options: EvaluateOptions): Promise<number> {
  const file = await readModelFile(options.model);
  const text = options.text === undefined ? await readTextAgain(file.text) : await readText(options.text);
  checkSameText(file, text);
  using device = await openAndTell(options);
  using model = openModel(device, file);
  printStyled(await measure(model, text, options.split));
  return 0;
}

/** Says what computes beside the output, which may go into a file. */
async function openAndTell(request: BackendRequest): Promise<Device> {
  const device = await openDevice(request, undefined, 0);
  process.stderr.write(`Computing on ${visible(describeDevice(device))}.\n`);
  return device;
}
