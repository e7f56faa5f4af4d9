import {
  add,
  concat,
  detach,
  dropout,
  multiply,
  reshape,
  stack,
  transpose,
  unstack,
  withLabel,
} from '@sluice/autograd';
import {
  checkLengths,
  checkTensor,
  checkTensors,
  DeviceError,
  type Lengths,
  OptionError,
  readOptions,
  type Tensor,
  tensorsIn,
} from '@sluice/core';
import { checkAxes } from '../checks.ts';
import { Module, type Signature } from '../module.ts';
import {
  type Activations,
  type CellState,
  checkState,
  mapSizes,
  type RecurrentCell,
  stateNames,
  zeroState,
} from './cell.ts';
import { type Inspection, joinTrace } from './inspect.ts';
import { type LengthMasks, maskLengths } from './lengths.ts';
import { type CompleteOptions, completeOptions, type MergeMode, mergedSize, type RecurrentOptions } from './options.ts';
import { runCell } from './time-loop.ts';

export interface RecurrentInput<State extends CellState> {
  /** Initial state; each tensor [layers * directions, batch, size]. Default zeros. */
  readonly state?: State | undefined;
  /** Time steps of each row, 0 to time; need not be sorted. What stands beyond them has no effect. Default all. */
  readonly lengths?: Lengths | undefined;
}

export interface RecurrentResult<State extends CellState> {
  /** Hidden states of the last layer: [time, batch, size], or [batch, time, size]. 0 beyond a row's length. */
  readonly output: Tensor;
  /**
   * State after the last step of each row; each tensor [layers * directions, batch, size], layer by layer, forwards before backwards. 0 for a row of
   * length 0, whatever its initial state was, as in ONNX.
   */
  readonly state: State;
}

/**
 * Runs cells over time: one cell, or a stack of them in one or two directions.
 *
 * `call(x, { state, lengths })` takes x [time, batch, inputSize] (or batch first) and gives `{ output, state }`.
 * @example
 * const layer = new Recurrent(new GRUCell(device, { inputSize: 3, hiddenSize: 16 }));
 * const { output, state } = layer.call(x, { lengths: [5, 2, 7] });
 */
export class Recurrent<State extends CellState> extends Module<
  [x: Tensor, input?: RecurrentInput<State>],
  RecurrentResult<State>
> {
  readonly cells: readonly RecurrentCell<State>[];
  readonly layers: number;
  readonly inputSize: number;
  /** Length of the last axis of the output. */
  readonly outputSize: number;
  readonly bidirectional: boolean;
  readonly merge: MergeMode;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly reverse: boolean;
  readonly #operation: string;

  /**
   * @param cells one cell, or several layer by layer; with `bidirectional` the forward and the backward cell of each layer
   * @param operation begins the messages of errors. Default `recurrent`.
   * @throws OptionError for options that do not go together and for cells that do not fit on top of each other; DeviceError for cells on
   *   several devices
   */
  constructor(
    cells: RecurrentCell<State> | readonly RecurrentCell<State>[],
    options?: RecurrentOptions,
    operation = 'recurrent',
  ) {
    const list = Array.isArray(cells) ? (cells as readonly RecurrentCell<State>[]) : [cells as RecurrentCell<State>];
    const complete = completeOptions(operation, options, (directions) => list.length / directions);
    const directions = complete.bidirectional ? 2 : 1;
    checkCells(operation, list, complete);
    super(list[0]!.device);
    this.cells = list;
    this.layers = list.length / directions;
    this.inputSize = list[0]!.inputSize;
    const { hidden } = list[0]!.stateSizes;
    this.outputSize = complete.merge === 'none' ? hidden : mergedSize(hidden, complete);
    this.bidirectional = complete.bidirectional;
    this.merge = complete.merge;
    this.dropout = complete.dropout;
    this.batchFirst = complete.batchFirst;
    this.reverse = complete.reverse;
    this.#operation = operation;
  }

  override get kind(): string {
    return 'Recurrent';
  }

  protected override get takes(): Signature {
    return [this.#operation, 'x', '{ state, lengths }'];
  }

  /**
   * Every gate and state of every cell at every time step, as `call` computes them with the same arguments; on a backend with fused kernels up to
   * rounding, since these do not tell. Needs memory for all of them at once.
   * @returns one entry per layer and direction, in the order of `cells`; the tensors belong to the caller
   * @throws what `call` throws; OptionError when there is no time step
   * @example
   * for (const { activations } of lstm.inspect(x, { lengths })) console.log(activations.forget?.shape);   // [batch, time, hiddenSize]
   */
  inspect(x: Tensor, input?: RecurrentInput<State>): Inspection[] {
    return this.device.scope(() =>
      withLabel(this, () => {
        const traces = this.cells.map((): Activations[] => []);
        const { masks } = this.#run(x, input, traces);
        const directions = this.bidirectional ? 2 : 1;
        return traces.map(
          (trace, i): Inspection => ({
            layer: Math.floor(i / directions),
            direction: this.#runsBackwards(i % directions) ? 'backward' : 'forward',
            activations: joinTrace(this.#operation, trace, masks),
          }),
        );
      }),
    );
  }

  protected override forward(x: Tensor, input?: RecurrentInput<State>): RecurrentResult<State> {
    const { stateSizes } = this.cells[0]!;
    const { output, states } = this.#run(x, input);
    const state = mapSizes<State>(stateSizes, (name) => stack(states.map((each) => each[name] as Tensor)));
    const ordered = this.batchFirst ? transpose(output, [1, 0, 2]) : output;
    const shaped =
      this.merge === 'none' ? reshape(ordered, [...ordered.shape.slice(0, 2), 2, this.outputSize]) : ordered;
    return separate({ output: shaped, state }, [x, ...tensorsIn(input?.state)], stateSizes);
  }

  /** @param traces one for each cell, where the steps are to be written down */
  #run(x: Tensor, given: RecurrentInput<State> | undefined, traces?: readonly Activations[][]) {
    const operation = this.#operation;
    const inputs = { state: undefined, lengths: undefined };
    const { state, lengths } = readOptions<RecurrentInput<State>, typeof inputs>(operation, given, inputs, 'input');
    checkTensor(operation, 'x', x, { device: this.device, dtype: this.device.dtype });
    const axes = this.batchFirst ? ['batch', 'time'] : ['time', 'batch'];
    checkAxes(operation, 'x', x, [...axes, this.inputSize]);
    const sequence = this.batchFirst ? transpose(x, [1, 0, 2]) : x;
    const [time, batch] = sequence.shape;
    const { stateSizes } = this.cells[0]!;
    if (lengths !== undefined) checkLengths(operation, lengths, time!, batch!);
    if (state !== undefined) checkState(operation, state, stateSizes, [this.cells.length, batch!], x);
    const masks = maskLengths(sequence, lengths);
    const initial = state
      ? unstackState(
          mapSizes(stateSizes, (name) => masks.clear(state[name] as Tensor)),
          stateSizes,
          this.cells.length,
        )
      : new Array<State>(this.cells.length).fill(zeroState(stateSizes, [batch!], x));
    return { masks, ...this.#runLayers(sequence, initial, masks, traces) };
  }

  #runsBackwards(direction: number): boolean {
    return this.reverse || direction === 1;
  }

  #runLayers(
    x: Tensor,
    initial: readonly State[],
    lengths: LengthMasks,
    traces?: readonly Activations[][],
  ): { output: Tensor; states: State[] } {
    const directions = this.bidirectional ? 2 : 1;
    const [time, batch] = x.shape;
    const size = mergedSize(this.cells[0]!.stateSizes.hidden, this);
    if (lengths.steps === 0) return { output: x.device.zeros([time!, batch!, size], x.dtype), states: [...initial] };
    const states: State[] = [];
    let layerInput = lengths.cut(x);
    for (let layer = 0; layer < this.layers; layer++) {
      if (layer > 0 && this.training) layerInput = dropout(layerInput, this.dropout);
      const outputs: Tensor[] = [];
      for (let direction = 0; direction < directions; direction++) {
        const i = layer * directions + direction;
        const backwards = this.#runsBackwards(direction);
        const result = runCell(
          this.#operation,
          this.cells[i]!,
          layerInput,
          initial[i]!,
          lengths,
          backwards,
          traces?.[i],
        );
        states.push(result.state);
        outputs.push(result.output);
      }
      layerInput = mergeOutputs(outputs, this.merge);
    }
    return { output: lengths.restore(layerInput), states };
  }
}

/**
 * The same state as a constant: no gradient flows through it into earlier batches (truncated backpropagation through time, Williams & Peng 1990).
 * Shares the storages.
 * @example
 * let state: LSTMState | undefined;
 * for (const x of chunks) ({ state } = lstm.call(x, { state: state && detachState(state) }));
 */
export function detachState<State extends CellState>(state: State): State {
  checkTensors('detachState', state as unknown as Readonly<Record<string, Tensor>>);
  const entries = Object.entries(state).map(([name, tensor]: [string, Tensor]) => [name, detach(tensor)]);
  return Object.fromEntries(entries) as State;
}

function unstackState<State extends CellState>(
  state: State,
  sizes: RecurrentCell<State>['stateSizes'],
  count: number,
): State[] {
  const parts = new Map(stateNames(sizes).map((name) => [name, unstack(state[name] as Tensor)]));
  return Array.from({ length: count }, (_, i) =>
    mapSizes<State>(sizes, (name) => (parts.get(name) as readonly Tensor[])[i]!),
  );
}

function mergeOutputs(outputs: readonly Tensor[], merge: MergeMode): Tensor {
  const [forward, backward] = outputs;
  if (backward === undefined) return forward!;
  switch (merge) {
    case 'sum':
      return add(forward!, backward);
    case 'multiply':
      return multiply(forward!, backward);
    case 'average':
      return multiply(add(forward!, backward), 0.5);
    case 'concat':
    case 'none':
      return concat(outputs, 2);
  }
}

/** Copies what shares a storage with the arguments or among the results, so that each can be disposed alone. */
function separate<State extends CellState>(
  { output, state }: RecurrentResult<State>,
  others: readonly Tensor[],
  sizes: RecurrentCell<State>['stateSizes'],
): RecurrentResult<State> {
  const seen = new Set(others.map((tensor) => tensor.storage));
  const own = (tensor: Tensor): Tensor => {
    const single = seen.has(tensor.storage) ? multiply(tensor, 1) : tensor;
    seen.add(single.storage);
    return single;
  };
  return { output: own(output), state: mapSizes<State>(sizes, (name) => own(state[name] as Tensor)) };
}

function checkCells<State extends CellState>(
  operation: string,
  cells: readonly RecurrentCell<State>[],
  options: CompleteOptions,
): void {
  const directions = options.bidirectional ? 2 : 1;
  const refuse = (argument: string, got: string, expected: string): never => {
    throw new OptionError({ operation, argument, got, expected });
  };
  if (cells.length === 0 || cells.length % directions !== 0) {
    const expected = directions === 2 ? 'two for each layer' : 'at least one';
    refuse('cells', `has ${cells.length} entries`, expected);
  }
  const { stateSizes, inputSize, device } = cells[0]!;
  const between = mergedSize(stateSizes.hidden, options);
  cells.forEach((cell, i) => {
    if (cell.device !== device) {
      const got = `is on another device (${cell.device.backend.name})`;
      throw new DeviceError({
        operation,
        argument: `cells[${i}]`,
        got,
        expected: `that of cells[0] (${device.backend.name})`,
      });
    }
    const expectedInput = i < directions ? inputSize : between;
    if (cell.inputSize !== expectedInput) {
      refuse(`cells[${i}].inputSize`, `is ${cell.inputSize}`, String(expectedInput));
    }
    if (JSON.stringify(cell.stateSizes) !== JSON.stringify(stateSizes)) {
      const expected = `${JSON.stringify(stateSizes)}, as cells[0]`;
      refuse(`cells[${i}].stateSizes`, `is ${JSON.stringify(cell.stateSizes)}`, expected);
    }
  });
}
