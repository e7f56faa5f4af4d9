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
  refuse,
  type Tensor,
  tensorsIn,
} from '@sluice/core';
import { checkAxes } from '../checks.ts';
import { Module, type Signature } from '../module.ts';
import {
  type Activations,
  type CellState,
  checkState,
  type FusedForm,
  mapSizes,
  type RecurrentCell,
  stateNames,
  zeroState,
} from './cell.ts';
import { inferenceForms } from './fused.ts';
import { type Inspection, joinTrace } from './inspect.ts';
import { clearEmptyRows, type Stretch, stepsOf } from './lengths.ts';
import { type CompleteOptions, completeOptions, type MergeMode, mergedSize, type RecurrentOptions } from './options.ts';
import { release, replaceEach, stretchesOf } from './stretches.ts';
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
        const { finish } = this.#run(x, input, traces);
        const directions = this.bidirectional ? 2 : 1;
        return traces.map(
          (trace, i): Inspection => ({
            layer: Math.floor(i / directions),
            direction: this.#runsBackwards(i % directions) ? 'backward' : 'forward',
            activations: joinTrace(this.#operation, trace, (joined) => finish([joined], true)),
          }),
        );
      }),
    );
  }

  protected override forward(x: Tensor, input?: RecurrentInput<State>): RecurrentResult<State> {
    const { stateSizes } = this.cells[0]!;
    const { parts, states, finish } = this.#run(x, input);
    const state = mapSizes<State>(stateSizes, (name) => stack(states.map((each) => each[name] as Tensor)));
    const output = finish(parts, this.batchFirst);
    const shaped = this.merge === 'none' ? reshape(output, [...output.shape.slice(0, 2), 2, this.outputSize]) : output;
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
    const [time, batch] = (this.batchFirst ? [x.shape[1], x.shape[0]] : x.shape) as [number, number];
    const { cells } = this;
    const { stateSizes } = cells[0]!;
    if (lengths !== undefined) checkLengths(operation, lengths, time, batch);
    if (state !== undefined) checkState(operation, state, stateSizes, [cells.length, batch], x);
    const clear = (tensor: Tensor) => (lengths ? clearEmptyRows(tensor, lengths) : tensor);
    const initial = state
      ? unstackState(
          mapSizes(stateSizes, (name) => clear(state[name] as Tensor)),
          stateSizes,
          cells.length,
        )
      : new Array<State>(cells.length).fill(zeroState(stateSizes, [batch], x));
    const directions = this.bidirectional ? 2 : 1;
    const forms = traces ? undefined : inferenceForms(this.device, cells);
    // What is put out is needed once more to merge, drop or clear it.
    const copied =
      lengths !== undefined ||
      (directions === 2 && mergedSize(1, this) === 1) ||
      (this.training && this.dropout > 0 && this.layers > 1);
    const whole = traces !== undefined || (forms !== undefined && !copied);
    const stretches = stretchesOf({ cell: cells[0]!, directions, time, batch, lengths, whole });
    const read = (stretch: Stretch) => {
      const steps = stepsOf(x, stretch, this.batchFirst ? 1 : 0);
      return stretch.clear(this.batchFirst ? transpose(steps, [1, 0, 2]) : steps);
    };
    const { parts, states } = this.#runLayers(stretches, read, initial, traces, forms);
    /** The steps of all stretches, [time, batch, n] or [batch, time, n], with zeros beyond each row's end. */
    const finish = (steps: readonly Tensor[], batchFirst: boolean) => {
      const ordered = replaceEach(steps, [states, traces], (part, i) => {
        const cleared = stretches[i]!.clear(part);
        return batchFirst ? transpose(cleared, [1, 0, 2]) : cleared;
      });
      const rest = time - (stretches.at(-1)?.to ?? 0);
      const size = steps[0]?.shape[2] ?? mergedSize(stateSizes.hidden, this);
      const zeros = () => x.device.zeros(batchFirst ? [batch, rest, size] : [rest, batch, size], x.dtype);
      return concat(rest > 0 || steps.length === 0 ? [...ordered, zeros()] : ordered, batchFirst ? 1 : 0);
    };
    return { parts, states, finish };
  }

  #runsBackwards(direction: number): boolean {
    return this.reverse || direction === 1;
  }

  /**
   * Runs the layers one after the other, each stretch by stretch. What a layer put out is freed as the next one has read it.
   * @param read the input of a stretch
   * @returns the output of each stretch, and the last states of all cells
   */
  #runLayers(
    stretches: readonly Stretch[],
    read: (stretch: Stretch) => Tensor,
    initial: readonly State[],
    traces?: readonly Activations[][],
    forms?: readonly FusedForm[],
  ): { parts: readonly Tensor[]; states: readonly State[] } {
    const { device, cells } = this;
    if (stretches.length === 0) return { parts: [], states: initial };
    const directions = this.bidirectional ? 2 : 1;
    const states: State[] = [];
    // More than one are cut out where they are read.
    let parts = stretches.length === 1 ? stretches.map(read) : undefined;
    for (let layer = 0; layer < this.layers; layer++) {
      if (parts && layer > 0 && this.training && this.dropout > 0) {
        parts = replaceEach(parts, states, (part) => dropout(part, this.dropout));
      }
      const outputs: Tensor[][] = [];
      for (let direction = 0; direction < directions; direction++) {
        const i = layer * directions + direction;
        const backwards = this.#runsBackwards(direction);
        const own = new Array<Tensor>(stretches.length);
        let state = initial[i]!;
        for (const k of stretches.keys()) {
          const at = backwards ? stretches.length - 1 - k : k;
          const stretch = stretches[at]!;
          const last = state;
          const run = device.scope(() => {
            const part = parts ? parts[at]! : read(stretch);
            const cell = cells[i]!;
            const trace = traces?.[i];
            const { output, state: next } = runCell(
              this.#operation,
              cell,
              part,
              last,
              stretch,
              backwards,
              trace,
              forms?.[i],
            );
            // Rows that have no step in this stretch wait. In a single one they have none at all, and end in zeros.
            const keep = (name: keyof State & string) => stretch.keepIdle(next[name] as Tensor, last[name] as Tensor);
            return { output, state: stretches.length > 1 ? mapSizes<State>(cell.stateSizes, keep) : next, trace };
          });
          own[at] = run.output;
          state = run.state;
          if (traces) continue;
          const used = direction === directions - 1 ? parts?.[at] : undefined;
          release(device, [last, used], [state, initial, states, outputs, own]);
        }
        states.push(state);
        outputs.push(own);
      }
      parts = stretches.map((_, at) => {
        const both = outputs.map((own) => own[at]!);
        const merged = device.scope(() => mergeOutputs(both, this.merge));
        if (!traces) release(device, both, [merged, states]);
        return merged;
      });
    }
    return { parts: parts!, states };
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
  const check = (argument: string, got: unknown, expected: number | string, as = '') => {
    if (got !== expected) refuse(OptionError, operation, argument, `is ${got}`, `${expected}${as}`);
  };
  if (cells.length === 0 || cells.length % directions > 0) {
    const expected = directions === 2 ? 'two for each layer' : 'at least one';
    refuse(OptionError, operation, 'cells', `has ${cells.length} entries`, expected);
  }
  const { stateSizes, inputSize, device } = cells[0]!;
  const between = mergedSize(stateSizes.hidden, options);
  cells.forEach((cell, i) => {
    const name = `cells[${i}]`;
    if (cell.device !== device) {
      const got = `is on another device (${cell.device.backend.name})`;
      refuse(DeviceError, operation, name, got, `that of cells[0] (${device.backend.name})`);
    }
    check(`${name}.inputSize`, cell.inputSize, i < directions ? inputSize : between);
    check(`${name}.stateSizes`, JSON.stringify(cell.stateSizes), JSON.stringify(stateSizes), ', as cells[0]');
  });
}
