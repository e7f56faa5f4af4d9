import { add, concat, matMul, multiply, sigmoid, split, subtract, tanh } from '@sluice/autograd';
import { type Defaults, type Device, readOptions, type Tensor } from '@sluice/core';
import type { CellState, FusedForm, Prepared } from './cell.ts';
import {
  checkPackedOptions,
  PackedCell,
  type PackedCellOptions,
  PackedLayer,
  type PackedLayerOptions,
  packedCellDefaults,
} from './packed.ts';

export interface GRUCellOptions extends PackedCellOptions {
  /** Apply the reset gate after the matrix product with the hidden state, as PyTorch does, or before it. Default true. */
  readonly resetAfter?: boolean | undefined;
}

export interface GRUOptions extends PackedLayerOptions, GRUCellOptions {}

const cellDefaults = () =>
  ({
    ...packedCellDefaults,
    resetAfter: true,
  }) as const satisfies Defaults<GRUCellOptions>;

const transposeB = { transposeB: true } as const;

/**
 * The gated recurrent unit (Cho et al. 2014), with the gates r, z, n packed in this order:
 *
 *     r  = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
 *     z  = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
 *     n  = tanh(W_in x + b_in + r (W_hn h + b_hn))      resetAfter (Chung et al. 2014 as cuDNN and PyTorch compute it)
 *     n  = tanh(W_in x + b_in + W_hn (r h) + b_hn)      otherwise (Cho et al. 2014, eq. 8)
 *     h' = (1 - z) n + z h
 *
 * x [batch, inputSize], `state.hidden` [batch, hiddenSize].
 */
export class GRUCell extends PackedCell<CellState> {
  readonly resetAfter: boolean;

  /**
   * @param operation begins the messages of errors
   * @throws OptionError for sizes below 1
   */
  constructor(device: Device, options: GRUCellOptions, operation = 'gruCell') {
    const complete = readOptions(operation, options, cellDefaults());
    checkPackedOptions(operation, complete);
    super(device, complete, { operation, gates: 3, stateSizes: { hidden: complete.hiddenSize } });
    this.resetAfter = complete.resetAfter;
  }

  override get kind(): string {
    return 'GRUCell';
  }

  override prepare(x: Tensor): Prepared<CellState> {
    return this.resetAfter ? this.#prepareAfter(x) : this.#prepareBefore(x);
  }

  #prepareAfter(x: Tensor): Prepared<CellState> {
    const H = this.hiddenSize;
    // b_hn is multiplied by r, so it alone cannot join the projection of the input.
    const fused = this.fusedForm();
    const bhn = fused.resetBias;
    return {
      projected: this.project(x, fused),
      step: (projected, { hidden }, observe) => {
        const [xrz, xn] = split(projected, [2 * H, H], 1);
        const [hrz, hn] = split(matMul(hidden, this.recurrentWeight, transposeB), [2 * H, H], 1);
        const [r, z] = split(sigmoid(add(xrz!, hrz!)), 2, 1);
        const n = tanh(add(xn!, multiply(r!, bhn ? add(hn!, bhn) : hn!)));
        observe?.({ reset: r!, update: z!, candidate: n });
        return { hidden: interpolate(z!, n, hidden) };
      },
      fused,
    };
  }

  #prepareBefore(x: Tensor): Prepared<CellState> {
    const H = this.hiddenSize;
    const [Whrz, Whn] = split(this.recurrentWeight, [2 * H, H]);
    const fused = this.fusedForm();
    return {
      projected: this.project(x, fused),
      step: (projected, { hidden }, observe) => {
        const [xrz, xn] = split(projected, [2 * H, H], 1);
        const [r, z] = split(sigmoid(add(xrz!, matMul(hidden, Whrz!, transposeB))), 2, 1);
        const n = tanh(add(xn!, matMul(multiply(r!, hidden), Whn!, transposeB)));
        observe?.({ reset: r!, update: z!, candidate: n });
        return { hidden: interpolate(z!, n, hidden) };
      },
      fused,
    };
  }

  override fusedForm(): FusedForm {
    const { hiddenSize, resetAfter, inputWeight, recurrentWeight: weight } = this;
    const cell = { kind: 'gru', dtype: weight.dtype, hiddenSize, resetAfter } as const;
    const biases = resetAfter ? this.#splitBias() : { inputBias: this.biasSum() };
    return { cell, weight, inputWeight, ...biases };
  }

  /** b_ih + (b_hr, b_hz, 0) and b_hn. */
  #splitBias(): Pick<FusedForm, 'inputBias' | 'resetBias'> {
    const { inputBias, recurrentBias, hiddenSize: H } = this;
    if (!inputBias || !recurrentBias) return {};
    const [bhrz, resetBias] = split(recurrentBias, [2 * H, H]);
    const [birz, bin] = split(inputBias, [2 * H, H]);
    return { inputBias: concat([add(birz!, bhrz!), bin!]), resetBias };
  }
}

/** (1 - z) n + z h; not n + z (h - n), which does not keep h exactly at z = 1. */
function interpolate(z: Tensor, n: Tensor, h: Tensor): Tensor {
  return add(multiply(subtract(1, z), n), multiply(z, h));
}

/**
 * Gated recurrent layers over time (Cho et al. 2014); the equations are those of `GRUCell`.
 *
 * x [time, batch, inputSize], output [time, batch, hiddenSize], `state.hidden` [layers * directions, batch, hiddenSize].
 * @example
 * const gru = new GRU(device, { inputSize: 3, hiddenSize: 16, bidirectional: true });
 * const { output } = gru.call(x, { lengths });   // [time, batch, 32]
 */
export class GRU extends PackedLayer<CellState, GRUCellOptions> {
  /** @throws OptionError for options that make no sense, alone or together. */
  constructor(device: Device, options: GRUOptions) {
    super(device, 'gru', options, cellDefaults(), (own) => new GRUCell(device, own, 'gru'));
  }

  override get kind(): string {
    return 'GRU';
  }
}
