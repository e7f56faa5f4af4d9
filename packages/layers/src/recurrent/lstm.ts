import { add, matMul, multiply, sigmoid, split, tanh } from '@sluice/autograd';
import {
  type Defaults,
  type Device,
  OptionError,
  type Parameter,
  readOptions,
  refuse,
  type Tensor,
} from '@sluice/core';
import { checkInitializer, checkSize } from '../checks.ts';
import { constant, type Initializer } from '../initializers.ts';
import { type BlockInitializer, makeParameter } from '../make-parameter.ts';
import type { Module } from '../module.ts';
import type { CellState, FusedForm, Prepared } from './cell.ts';
import {
  checkPackedOptions,
  defaultInitializer,
  PackedCell,
  type PackedCellOptions,
  PackedLayer,
  type PackedLayerOptions,
  packedCellDefaults,
} from './packed.ts';

export interface LSTMState extends CellState {
  /** [batch, hiddenSize]; of layers [layers * directions, batch, hiddenSize]. */
  readonly cell: Tensor;
}

export interface LSTMCellOptions extends PackedCellOptions {
  /** Size of the hidden state after a projection; at least 1 and below hiddenSize. Default none. */
  readonly projectionSize?: number | undefined;
  /** Weights of the projection. Default uniform on +-1 / sqrt(hiddenSize). */
  readonly projectionInitializer?: Initializer | undefined;
  /**
   * First value of the forget gate's bias (of the sum of its two biases): 1 lets a new network remember (Gers et al. 2000; Jozefowicz et al.
   * 2015). Default: drawn like the others. Needs `bias`.
   */
  readonly forgetBias?: number | undefined;
}

export interface LSTMOptions extends PackedLayerOptions, LSTMCellOptions {}

const cellDefaults = () =>
  ({
    ...packedCellDefaults,
    projectionSize: undefined,
    projectionInitializer: undefined,
    forgetBias: undefined,
  }) as const satisfies Defaults<LSTMCellOptions>;

const transposeB = { transposeB: true } as const;

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997) with forget gates (Gers, Schmidhuber & Cummins 2000), the gates i, f, g, o packed in
 * this order:
 *
 *     i  = sigmoid(W_ii x + b_ii + W_hi h + b_hi)
 *     f  = sigmoid(W_if x + b_if + W_hf h + b_hf)
 *     g  = tanh(W_ig x + b_ig + W_hg h + b_hg)
 *     o  = sigmoid(W_io x + b_io + W_ho h + b_ho)
 *     c' = f c + i g
 *     h' = o tanh(c'), or W_hr (o tanh(c')) with a projection (Sak, Senior & Beaufays 2014)
 *
 * x [batch, inputSize], `state.hidden` [batch, hiddenSize or projectionSize], `state.cell` [batch, hiddenSize].
 */
export class LSTMCell extends PackedCell<LSTMState> {
  /** [projectionSize, hiddenSize], `weight_hr` in state dicts. */
  readonly projectionWeight: Parameter | undefined;

  /**
   * @param operation begins the messages of errors
   * @throws OptionError for sizes below 1, a projection that is not smaller than hiddenSize, or a forget bias without bias
   */
  constructor(device: Device, options: LSTMCellOptions, operation = 'lstmCell') {
    const complete = readOptions(operation, options, cellDefaults());
    checkLSTMOptions(operation, complete);
    const { hiddenSize, projectionSize } = complete;
    const initializer = complete.projectionInitializer ?? defaultInitializer(hiddenSize);
    super(device, complete, {
      operation,
      gates: 4,
      stateSizes: { hidden: projectionSize ?? hiddenSize, cell: hiddenSize },
      biasInitializers: biasInitializers(complete),
      makeOwn:
        projectionSize === undefined
          ? undefined
          : () => makeParameter(device, operation, 'projectionInitializer', [projectionSize, hiddenSize], initializer),
    });
    this.projectionWeight = this.own;
  }

  override get kind(): string {
    return 'LSTMCell';
  }

  protected override *children(): Iterable<readonly [string, Parameter | Module]> {
    yield* super.children();
    if (this.projectionWeight) yield ['weight_hr', this.projectionWeight];
  }

  override prepare(x: Tensor): Prepared<LSTMState> {
    const { hiddenSize: H, recurrentWeight, projectionWeight } = this;
    const fused = this.fusedForm();
    return {
      projected: this.project(x, fused),
      step: (projected, { hidden, cell }, observe) => {
        const gates = add(projected, matMul(hidden, recurrentWeight, transposeB));
        const [zif, zg, zo] = split(gates, [2 * H, H, H], 1);
        const [i, f] = split(sigmoid(zif!), 2, 1);
        const [g, o] = [tanh(zg!), sigmoid(zo!)];
        observe?.({ input: i!, forget: f!, candidate: g, output: o });
        const c = add(multiply(f!, cell), multiply(i!, g));
        const h = multiply(o, tanh(c));
        return { hidden: projectionWeight ? matMul(h, projectionWeight, transposeB) : h, cell: c };
      },
      fused,
    };
  }

  override fusedForm(): FusedForm {
    const { hiddenSize, inputWeight, recurrentWeight: weight, projectionWeight: projection } = this;
    const sizes = { dtype: weight.dtype, hiddenSize };
    const cell: FusedForm['cell'] = projection
      ? { kind: 'projectedLstm', ...sizes, projectionSize: projection.shape[0]! }
      : { kind: 'lstm', ...sizes };
    return { cell, weight, projection, inputWeight, inputBias: this.biasSum() };
  }
}

/**
 * Long short-term memory layers over time; the equations are those of `LSTMCell`.
 *
 * x [time, batch, inputSize], output [time, batch, size] with size = hiddenSize or projectionSize, `state.hidden` [layers * directions, batch,
 * size], `state.cell` [layers * directions, batch, hiddenSize].
 * @example
 * const lstm = new LSTM(device, { inputSize: 3, hiddenSize: 16, layers: 2, dropout: 0.2 });
 * const { output, state } = lstm.call(x);
 */
export class LSTM extends PackedLayer<LSTMState, LSTMCellOptions> {
  /** @throws OptionError for options that make no sense, alone or together. */
  constructor(device: Device, options: LSTMOptions) {
    super(device, 'lstm', options, cellDefaults(), (own) => new LSTMCell(device, own, 'lstm'));
  }

  override get kind(): string {
    return 'LSTM';
  }
}

/** For `bias_ih` and `bias_hh`, whose sum counts. */
function biasInitializers(options: LSTMCellOptions): readonly [BlockInitializer, BlockInitializer] {
  const { forgetBias, hiddenSize } = options;
  const biasInitializer = options.biasInitializer ?? defaultInitializer(hiddenSize);
  if (forgetBias === undefined) return [biasInitializer, biasInitializer];
  const forget = 1;
  const withForget = (value: number): BlockInitializer => {
    const fixed = constant(value);
    return (random, shape, gate) => (gate === forget ? fixed : biasInitializer)(random, shape);
  };
  return [withForget(forgetBias), withForget(0)];
}

function checkLSTMOptions(operation: string, options: LSTMCellOptions): void {
  checkPackedOptions(operation, options);
  const { hiddenSize, projectionSize, forgetBias, bias } = options;
  if (projectionSize !== undefined) {
    checkSize(operation, 'projectionSize', projectionSize);
    if (projectionSize >= hiddenSize) {
      refuse(
        OptionError,
        operation,
        'projectionSize',
        `is ${projectionSize}`,
        `a number below hiddenSize, ${hiddenSize}`,
      );
    }
  }
  const reason = projectionSize === undefined && 'without projectionSize';
  checkInitializer(operation, 'projectionInitializer', options.projectionInitializer, reason);
  if (forgetBias !== undefined && bias === false) {
    refuse(OptionError, operation, 'forgetBias', `is ${forgetBias} with bias false`, 'a cell with biases');
  }
  if (forgetBias !== undefined && !Number.isFinite(forgetBias)) {
    refuse(OptionError, operation, 'forgetBias', `is ${forgetBias}`, 'a finite number');
  }
}
