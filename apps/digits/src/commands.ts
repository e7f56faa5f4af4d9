import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { type BackendName, openDevice } from './device.ts';
import { AppError, UsageError } from './errors.ts';
import { openModel, pathOf, showPath } from './folder.ts';
import { boxOfInk, centreDigit, centreLine, type Image, resize, size } from './image.ts';
import { loadDigits, type Split } from './mnist.ts';
import type { Task } from './model.ts';
import { drawText, percent, print } from './output.ts';
import { readAll } from './read.ts';
import { readImage } from './read-image.ts';
import { samplesOf, splitSeed } from './samples.ts';
import { confusionOf, figuresOf, scoreOf } from './score.ts';

export interface ModelOptions {
  readonly task: Task;
  readonly model?: string | undefined;
  readonly backend: BackendName;
}

/** Measures a model on digits or strings that it was not trained on. */
export async function evaluate(options: ModelOptions & { readonly split: Exclude<Split, 'train'> }): Promise<void> {
  using device = await openDevice(options.backend, 0);
  const { network, config, path } = await openModel(device, options.model, options.task);
  const { task } = config;
  const samples = samplesOf(task, await loadDigits(splitSeed), options.split);
  const readings = await readAll(network, samples);
  print(`${showPath(path)}: ${config.cell}, ${samples.length} ${task}s of the ${options.split} part`);
  for (const { name, value } of figuresOf(task, scoreOf(readings, samples), {})) print(`${name}: ${value}`);
  if (task === 'digit') print(`\n${confusionOf(readings, samples).toText()}`);
  network.dispose();
}

/** Reads the user's own pictures. */
export async function predict(
  files: readonly string[],
  options: ModelOptions & { readonly show: boolean },
): Promise<void> {
  using device = await openDevice(options.backend, 0);
  const { network, config } = await openModel(device, options.model, options.task);
  const samples: { image: Image; labels: number[] }[] = [];
  for (const file of files)
    samples.push({ image: prepare(config.task, file, await readImage(pathOf(file))), labels: [] });
  const readings = await readAll(network, samples);
  for (const [i, { labels, probability }] of readings.entries()) {
    if (options.show) print(drawText(samples[i]!.image));
    print(`${files[i]}: ${labels.join('') || 'no digit'} (${percent(probability)})`);
  }
  network.dispose();
}

/** Columns of a line at most, enough for a hundred digits: what is longer takes minutes. */
const mostColumns = 4096;

/** As the networks know digits and strings. What has their size already is taken as it is. */
function prepare(task: Task, file: string, image: Image): Image {
  const fits = image.height === size && (task === 'string' || image.width === size);
  const { width, height } = (!fits && boxOfInk(image)) || image;
  const columns = Math.round((width * size) / height);
  if (task === 'string' && columns > mostColumns) {
    const got = `is a line of ${columns} columns at a height of ${size}`;
    throw new AppError(`${file}: ${got}, expected at most ${mostColumns}: give it in parts`);
  }
  if (fits) return image;
  const prepared = task === 'digit' ? centreDigit(image) : centreLine(image);
  if (!prepared) throw new AppError(`${file}: has no ink, expected a digit`);
  return prepared;
}

/** Writes pictures of the test part as PNG files, dark on bright, whose names say what they show. */
export async function exportSamples(task: Task, out: string, count: number): Promise<void> {
  const samples = samplesOf(task, await loadDigits(splitSeed), 'test');
  if (count > samples.length) throw new UsageError(`--count: is ${count}, expected at most ${samples.length}`);
  await mkdir(out, { recursive: true });
  for (const [i, { image, labels }] of samples.slice(0, count).entries()) {
    const { width, height, pixels } = resize(image, 4 * image.width, 4 * image.height);
    const png = new PNG({ width, height, colorType: 0 });
    for (const [at, value] of pixels.entries()) {
      const shade = Math.round(255 - 255 * value);
      png.data.set([shade, shade, shade, 255], 4 * at);
    }
    const path = join(out, `${i + 1}-${labels.join('')}.png`);
    await writeFile(path, PNG.sync.write(png, { colorType: 0 }));
    print(showPath(path));
  }
}
