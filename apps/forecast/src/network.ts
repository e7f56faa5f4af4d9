import { add, concat, expandAxis, multiply, slice, softplus, squeezeAxis, transpose } from '@sluice/autograd';
import type { Device, Tensor } from '@sluice/core';
import { type CellState, Dropout, GRU, Linear, LSTM, Module, type Recurrent, zeros } from '@sluice/layers';
import { levels, type Settings } from './settings.ts';

/** Where the quantiles of a standard normal distribution lie. */
const normalQuantiles = [-1.2815515655446004, -0.5244005127080409, 0, 0.5244005127080409, 1.2815515655446004];

/** How many columns the network reads. */
export interface Columns {
  readonly history: number;
  readonly known: number;
}

/**
 * Reads the past with one recurrent layer (or stack) and goes on into the future with another, which begins with the state of the first and reads
 * what is known ahead (Sutskever, Vinyals & Le 2014, without feeding forecasts back). A linear map of the window's changes beside them follows a change
 * of scale that gates saturate at (Lai, Chang, Yang & Liu 2018, LSTNet, section 3.6).
 */
export class Forecaster extends Module<[past: Tensor, future: Tensor], Tensor> {
  readonly encoder: Recurrent<CellState>;
  readonly decoder: Recurrent<CellState>;
  readonly dropout: Dropout;
  readonly head: Linear;
  readonly linear: Linear;
  readonly settings: Settings;

  constructor(device: Device, settings: Settings, { history, known }: Columns) {
    super(device);
    const { cell, hidden, layers, dropout, head, window, horizon } = settings;
    const make = (inputSize: number): Recurrent<CellState> => {
      const options = { inputSize, hiddenSize: hidden, layers, dropout: layers > 1 ? dropout : 0 };
      return cell === 'gru' ? new GRU(device, options) : (new LSTM(device, { ...options, forgetBias: 1 }) as never);
    };
    this.encoder = make(history + known);
    this.decoder = make(known);
    this.dropout = new Dropout(device, { probability: dropout });
    this.head = new Linear(device, { inputSize: hidden, outputSize: head === 'quantile' ? levels.length : 2 });
    const none = { weightInitializer: zeros, biasInitializer: zeros };
    this.linear = new Linear(device, { inputSize: window, outputSize: horizon, ...none });
    this.settings = settings;
  }

  /**
   * @param past [window, batch, history and known columns]
   * @param future [horizon, batch, known columns]
   * @returns [batch, horizon, outputs]
   */
  protected override forward(past: Tensor, future: Tensor): Tensor {
    const { state } = this.encoder.call(past);
    const { output } = this.decoder.call(future, { state });
    const recurrent = transpose(this.head.call(this.dropout.call(output)), [1, 0, 2]);
    return add(recurrent, this.#shift(past));
  }

  /** The linear part, [batch, horizon, outputs]: it moves all quantiles, or the mean. */
  #shift(past: Tensor): Tensor {
    const changes = squeezeAxis(slice(past, -1, { end: 1 }), -1);
    const line = expandAxis(this.linear.call(transpose(changes)), -1);
    const outputs = this.settings.head === 'quantile' ? levels.map(() => 1) : [1, 0];
    return multiply(line, this.device.tensor(outputs));
  }

  /** The quantiles of `levels`, scaled and not in order yet: [batch, horizon, levels]. */
  quantiles(past: Tensor, future: Tensor): Tensor {
    const output = this.call(past, future);
    if (this.settings.head === 'quantile') return output;
    const { mean, deviation } = normal(output);
    return concat(
      normalQuantiles.map((z) => add(mean, multiply(deviation, z))),
      -1,
    );
  }
}

/** The outputs of a Gaussian head, each [batch, horizon, 1]. */
export function normal(output: Tensor): { mean: Tensor; deviation: Tensor } {
  return {
    mean: slice(output, -1, { end: 1 }),
    deviation: add(softplus(slice(output, -1, { start: 1 })), 1e-3),
  };
}
