import { add, matMul } from '@sluice/autograd';
import {
  checkIsDevice,
  type Defaults,
  type Device,
  type Parameter,
  partOf,
  readOptions,
  required,
  type Tensor,
} from '@sluice/core';
import { checkInitializer, checkSize } from '../checks.ts';
import { type Initializer, uniform } from '../initializers.ts';
import { type BlockInitializer, makeParameter } from '../make-parameter.ts';
import type { Module } from '../module.ts';
import { type CellState, type FusedForm, RecurrentCell, type StateSizes } from './cell.ts';
import { completeOptions, mergedSize, type RecurrentOptions, recurrentDefaults } from './options.ts';
import { Recurrent } from './recurrent.ts';

/** Options of the cells with packed gates: RNN, LSTM and GRU. */
export interface PackedCellOptions {
  /** Features of a time step, at least 1. */
  readonly inputSize: number;
  /** Length of the hidden state, at least 1. */
  readonly hiddenSize: number;
  /** Two bias vectors, as in PyTorch. Default true. */
  readonly bias?: boolean | undefined;
  /** Weights of the input, gate by gate. Default uniform on +-1 / sqrt(hiddenSize). */
  readonly inputInitializer?: Initializer | undefined;
  /** Weights of the hidden state, gate by gate. Default uniform on +-1 / sqrt(hiddenSize). */
  readonly recurrentInitializer?: Initializer | undefined;
  /** Both biases, gate by gate; needs `bias`. Default uniform on +-1 / sqrt(hiddenSize). */
  readonly biasInitializer?: Initializer | undefined;
}

export const packedCellDefaults = {
  inputSize: required,
  hiddenSize: required,
  bias: true,
  inputInitializer: undefined,
  recurrentInitializer: undefined,
  biasInitializer: undefined,
} as const satisfies Defaults<PackedCellOptions>;

/** Options of the layers made of them. */
export interface PackedLayerOptions extends PackedCellOptions, RecurrentOptions {
  /** Layers on top of each other, at least 1. Default 1. */
  readonly layers?: number | undefined;
}

/** What a sort of cell says of itself. */
interface PackedCellKind<State extends CellState> {
  readonly operation: string;
  readonly gates: number;
  readonly stateSizes: StateSizes<State>;
  /** For `bias_ih` and `bias_hh`. Default the option's. */
  readonly biasInitializers?: readonly [BlockInitializer, BlockInitializer] | undefined;
  /** Makes a parameter of its own, drawn after the others. */
  readonly makeOwn?: (() => Parameter) | undefined;
}

/** A cell whose gates lie packed in one matrix per source: the parameters of PyTorch, with their names. */
export abstract class PackedCell<State extends CellState> extends RecurrentCell<State> {
  readonly hiddenSize: number;
  /** [gates * hiddenSize, inputSize], `weight_ih` in state dicts. */
  readonly inputWeight: Parameter;
  /** [gates * hiddenSize, size of hidden], `weight_hh` in state dicts. */
  readonly recurrentWeight: Parameter;
  /** [gates * hiddenSize], `bias_ih` in state dicts. */
  readonly inputBias: Parameter | undefined;
  /** [gates * hiddenSize], `bias_hh` in state dicts. */
  readonly recurrentBias: Parameter | undefined;
  protected readonly own: Parameter | undefined;

  protected constructor(device: Device, options: PackedCellOptions, kind: PackedCellKind<State>) {
    const { operation, gates, stateSizes } = kind;
    const { inputSize, hiddenSize, bias = true } = options;
    super(device, inputSize, stateSizes, operation);
    this.hiddenSize = hiddenSize;
    const draw = defaultInitializer(hiddenSize);
    const make = (argument: string, columns: readonly number[], initializer: BlockInitializer = draw) =>
      makeParameter(device, operation, argument, [gates * hiddenSize, ...columns], initializer, gates);
    const [ofInput, ofHidden] = kind.biasInitializers ?? [options.biasInitializer, options.biasInitializer];
    [this.inputWeight, this.recurrentWeight, this.inputBias, this.recurrentBias, this.own] = device.attempt(() => [
      make('inputInitializer', [inputSize], options.inputInitializer),
      make('recurrentInitializer', [stateSizes.hidden], options.recurrentInitializer),
      bias ? make('biasInitializer', [], ofInput) : undefined,
      bias ? make('biasInitializer', [], ofHidden) : undefined,
      kind.makeOwn?.(),
    ]);
  }

  protected override *children(): Iterable<readonly [string, Parameter | Module]> {
    yield ['weight_ih', this.inputWeight];
    yield ['weight_hh', this.recurrentWeight];
    if (this.inputBias) yield ['bias_ih', this.inputBias];
    if (this.recurrentBias) yield ['bias_hh', this.recurrentBias];
  }

  abstract override fusedForm(): FusedForm;

  /** x W_ih' + bias for all time steps in one matrix product. */
  protected project(x: Tensor, { inputBias }: FusedForm): Tensor {
    return this.device.scope(() => {
      const product = matMul(x, this.inputWeight, { transposeB: true });
      return inputBias ? add(product, inputBias) : product;
    });
  }

  /** b_ih + b_hh */
  protected biasSum(): Tensor | undefined {
    return this.inputBias && this.recurrentBias ? add(this.inputBias, this.recurrentBias) : undefined;
  }
}

/** A stack of such cells; its parameters are named as PyTorch does: `weight_ih_l0`, `weight_hh_l1_reverse`. */
export abstract class PackedLayer<
  State extends CellState,
  CellOptions extends PackedCellOptions = PackedCellOptions,
  Options extends CellOptions & PackedLayerOptions = CellOptions & PackedLayerOptions,
> extends Recurrent<State> {
  readonly hiddenSize: number;

  protected constructor(
    device: Device,
    operation: string,
    options: Options,
    cellDefaults: Defaults<CellOptions>,
    makeCell: (options: CellOptions) => PackedCell<State>,
  ) {
    checkIsDevice(operation, device);
    const defaults = { ...recurrentDefaults, layers: 1, ...cellDefaults };
    const complete = readOptions(operation, options, defaults as never) as Options;
    const own = partOf<RecurrentOptions>(complete, recurrentDefaults);
    const layers = complete.layers!;
    const cells = () =>
      stackCells(operation, layers, own, partOf<CellOptions>(complete as never, cellDefaults), makeCell);
    super(device.attempt(cells), own, operation);
    this.hiddenSize = complete.hiddenSize;
  }

  protected override *children(): Iterable<readonly [string, Parameter | Module]> {
    const directions = this.bidirectional ? 2 : 1;
    for (const [i, cell] of this.cells.entries()) {
      const suffix = `_l${Math.floor(i / directions)}${i % directions === 1 ? '_reverse' : ''}`;
      for (const [name, parameter] of cell.parameters()) yield [name + suffix, parameter];
    }
  }
}

/** @throws OptionError for sizes below 1, or an initializer of biases without biases. Runs before anything is allocated. */
export function checkPackedOptions(operation: string, options: PackedCellOptions): void {
  checkSize(operation, 'inputSize', options.inputSize);
  checkSize(operation, 'hiddenSize', options.hiddenSize);
  checkInitializer(operation, 'biasInitializer', options.biasInitializer, options.bias === false && 'with bias: false');
}

/** PyTorch's default for all parameters: uniform on +-1 / sqrt(hiddenSize). */
export function defaultInitializer(hiddenSize: number): Initializer {
  const bound = 1 / Math.sqrt(hiddenSize);
  return uniform(-bound, bound);
}

function stackCells<State extends CellState, CellOptions extends PackedCellOptions>(
  operation: string,
  layers: number,
  options: RecurrentOptions,
  cellOptions: CellOptions,
  makeCell: (options: CellOptions) => PackedCell<State>,
): PackedCell<State>[] {
  checkSize(operation, 'layers', layers);
  const complete = completeOptions(operation, options, () => layers);
  const cells: PackedCell<State>[] = [];
  let { inputSize } = cellOptions;
  for (let layer = 0; layer < layers; layer++) {
    for (let direction = 0; direction < (complete.bidirectional ? 2 : 1); direction++) {
      cells.push(makeCell({ ...cellOptions, inputSize }));
    }
    inputSize = mergedSize(cells[0]!.stateSizes.hidden, complete);
  }
  return cells;
}
