import { add, matMul, relu, tanh } from '@sluice/autograd';
import { type Defaults, type Device, OptionError, readOptions, refuse, type Tensor } from '@sluice/core';
import type { CellState, FusedForm, Prepared } from './cell.ts';
import {
  checkPackedOptions,
  PackedCell,
  type PackedCellOptions,
  PackedLayer,
  type PackedLayerOptions,
  packedCellDefaults,
} from './packed.ts';

const nonlinearities = { tanh, relu };

export type Nonlinearity = keyof typeof nonlinearities;

export interface RNNCellOptions extends PackedCellOptions {
  /** Default `tanh`. */
  readonly nonlinearity?: Nonlinearity | undefined;
}

export interface RNNOptions extends PackedLayerOptions, RNNCellOptions {}

const cellDefaults = () =>
  ({
    ...packedCellDefaults,
    nonlinearity: 'tanh',
  }) as const satisfies Defaults<RNNCellOptions>;

/**
 * The simple recurrent cell (Elman 1990): h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or with relu in the place of tanh.
 *
 * x [batch, inputSize], `state.hidden` [batch, hiddenSize].
 */
export class RNNCell extends PackedCell<CellState> {
  readonly nonlinearity: Nonlinearity;

  /**
   * @param operation begins the messages of errors
   * @throws OptionError for sizes below 1 or an unknown nonlinearity
   */
  constructor(device: Device, options: RNNCellOptions, operation = 'rnnCell') {
    const complete = readOptions(operation, options, cellDefaults());
    checkPackedOptions(operation, complete);
    const { nonlinearity } = complete;
    if (!Object.hasOwn(nonlinearities, nonlinearity)) {
      refuse(OptionError, operation, 'nonlinearity', `is ${nonlinearity}`, 'tanh or relu');
    }
    super(device, complete, { operation, gates: 1, stateSizes: { hidden: complete.hiddenSize } });
    this.nonlinearity = nonlinearity;
  }

  override get kind(): string {
    return 'RNNCell';
  }

  override prepare(x: Tensor): Prepared<CellState> {
    const activation = nonlinearities[this.nonlinearity];
    const fused = this.fusedForm();
    return {
      projected: this.project(x, fused),
      step: (projected, { hidden }) => ({
        hidden: activation(add(projected, matMul(hidden, fused.weight, { transposeB: true }))),
      }),
      fused,
    };
  }

  override fusedForm(): FusedForm {
    const { nonlinearity, hiddenSize, inputWeight, recurrentWeight: weight } = this;
    const cell = { kind: 'rnn', dtype: weight.dtype, hiddenSize, nonlinearity } as const;
    return { cell, weight, inputWeight, inputBias: this.biasSum() };
  }
}

/**
 * Simple recurrent layers over time (Elman 1990); the equations are those of `RNNCell`.
 *
 * x [time, batch, inputSize], output [time, batch, hiddenSize], `state.hidden` [layers * directions, batch, hiddenSize].
 * @example
 * const rnn = new RNN(device, { inputSize: 3, hiddenSize: 16, nonlinearity: 'relu' });
 */
export class RNN extends PackedLayer<CellState, RNNCellOptions> {
  /** @throws OptionError for options that make no sense, alone or together. */
  constructor(device: Device, options: RNNOptions) {
    super(device, 'rnn', options, cellDefaults(), (own) => new RNNCell(device, own, 'rnn'));
  }

  override get kind(): string {
    return 'RNN';
  }
}
