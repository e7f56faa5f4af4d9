import { reshape, slice, transpose } from '@sluice/autograd';
import type { Device, Lengths, Tensor } from '@sluice/core';
import { GRU, Linear, LSTM, Module, type Recurrent, RNN } from '@sluice/layers';
import { defineModel } from '@sluice/model';
import * as v from 'valibot';
import { classes } from './classes.ts';
import { AppError } from './errors.ts';
import { inputSizes } from './steps.ts';

export const cells = ['RNN', 'LSTM', 'GRU', 'BiLSTM'] as const;
export type Cell = (typeof cells)[number];

/** What is read: a digit row by row, or a string of digits column by column. */
const tasks = ['digit', 'string'] as const;
export type Task = (typeof tasks)[number];

const size = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const configSchema = v.strictObject({
  task: v.picklist(tasks),
  cell: v.picklist(cells),
  /** Units of a layer; of a BiLSTM in each direction. */
  hidden: size(1024),
  layers: size(4),
});
export type Config = v.InferOutput<typeof configSchema>;

/** @throws AppError naming the field, before a training whose model could not be saved */
export function checkConfig(config: Config): void {
  const [issue] = v.safeParse(configSchema, config).issues ?? [];
  if (issue) throw new AppError(`${config.cell}: ${v.getDotPath(issue)}: ${issue.message}`);
}

/** Recurrent layers and a linear one: reads steps [time, batch, pixels] and scores digits. */
export class DigitNetwork extends Module<[x: Tensor, lengths?: Lengths], Tensor> {
  readonly task: Task;
  readonly recurrent: LSTM | GRU | RNN;
  readonly linear: Linear;

  constructor(device: Device, { task, cell, hidden, layers }: Config) {
    super(device);
    this.task = task;
    const options = { inputSize: inputSizes[task], hiddenSize: hidden, layers };
    if (cell === 'RNN') this.recurrent = new RNN(device, options);
    else if (cell === 'GRU') this.recurrent = new GRU(device, options);
    else this.recurrent = new LSTM(device, { ...options, bidirectional: cell === 'BiLSTM', forgetBias: 1 });
    const outputs = task === 'digit' ? classes.length : classes.length + 1;
    this.linear = new Linear(device, { inputSize: this.recurrent.outputSize, outputSize: outputs });
  }

  /** @returns a digit's [batch, 10] after the last row; a string's [time, batch, 11], whose first class is the blank of CTC */
  protected override forward(x: Tensor, lengths?: Lengths): Tensor {
    const { output, state } = (this.recurrent as Recurrent<{ hidden: Tensor }>).call(x, { lengths });
    const features = this.task === 'string' ? output : this.#last(state.hidden);
    return this.linear.call(features);
  }

  /** The last state of the top layer, [batch, features]; both directions side by side. */
  #last(hidden: Tensor): Tensor {
    const { bidirectional } = this.recurrent;
    const directions = bidirectional ? 2 : 1;
    const [, batch, units] = hidden.shape;
    const top = slice(hidden, 0, { start: -directions });
    return reshape(transpose(top, [1, 0, 2]), [batch!, directions * units!]);
  }
}

/** A model's folder: which network it is; there is nothing else to remember. */
export const definition = defineModel({
  kind: 'digits',
  config: configSchema,
  preprocessing: {},
  build: (device, config) => new DigitNetwork(device, config),
});
