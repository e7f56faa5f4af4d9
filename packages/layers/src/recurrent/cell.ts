import { checkTensor, type Device, type FusedCell, readOptions, required, type Tensor } from '@sluice/core';
import { checkAxes } from '../checks.ts';
import { Module, type Signature } from '../module.ts';

/** What a cell carries from step to step: tensors [batch, size]. `hidden` is also its output. */
export interface CellState {
  readonly hidden: Tensor;
}

/** A number for each tensor of a state. */
export type StateSizes<State extends CellState> = { readonly [Name in keyof State]: number };

/** What a step computes on its way, by name; tensors [batch, size]. */
export type Activations = Readonly<Record<string, Tensor>>;

export interface Prepared<State extends CellState> {
  /** What the steps need of the input: [..., batch, any size]. */
  readonly projected: Tensor;
  /** The new state from [batch, that size] of `projected` and the last state. It shows its gates to `observe`, where somebody looks (`inspect`). */
  readonly step: (projected: Tensor, state: State, observe?: (gates: Activations) => void) => State;
  /** What a kernel needs to run the same steps at once, if kernels may know the equations. `step` stays the reference. */
  readonly fused?: FusedForm | undefined;
}

/** A cell as fused kernels know it; `projected` is their input, and the states have the order of the cell's `stateSizes`. */
export interface FusedForm {
  readonly cell: FusedCell;
  /** The recurrent weight, [gates * hidden, output]; this and the others are as in core's `SequenceInputs`. */
  readonly weight: Tensor;
  /** [hidden] */
  readonly resetBias?: Tensor | undefined;
  /** [output, hidden] */
  readonly projection?: Tensor | undefined;
  /** [gates * hidden, inputSize]: where it is there, `projected` is x inputWeight' + inputBias. */
  readonly inputWeight?: Tensor | undefined;
  /** [gates * hidden] */
  readonly inputBias?: Tensor | undefined;
}

/**
 * One step of a recurrent network. Describe a new one by its sizes and `prepare`; `Recurrent` then runs it over time, in either direction,
 * stacked, with lengths and states.
 *
 * Called alone it does one step: x [batch, inputSize] and a state (default zeros) to the next state.
 * @example
 * class MinimalGatedUnit extends RecurrentCell<CellState> {           // Zhou et al. 2016
 *   readonly gate = new Linear(this.device, { inputSize: 8 + 4, outputSize: 4 });
 *   readonly candidate = new Linear(this.device, { inputSize: 8 + 4, outputSize: 4 });
 *
 *   constructor(device: Device) {
 *     super(device, 8, { hidden: 4 });
 *   }
 *
 *   prepare(x: Tensor): Prepared<CellState> {
 *     const step = (x: Tensor, { hidden }: CellState) => {
 *       const f = sigmoid(this.gate.call(concat([x, hidden], 1)));
 *       const n = tanh(this.candidate.call(concat([x, multiply(f, hidden)], 1)));
 *       return { hidden: add(multiply(subtract(1, f), hidden), multiply(f, n)) };
 *     };
 *     return { projected: x, step };
 *   }
 * }
 */
export abstract class RecurrentCell<State extends CellState> extends Module<[x: Tensor, state?: State], State> {
  readonly inputSize: number;
  /** The size of each state; that of `hidden` is the size of the output. */
  readonly stateSizes: StateSizes<State>;
  /** Begins the messages of errors. */
  protected readonly operation: string;

  /** @param operation begins the messages of errors. Default `cell`. */
  constructor(device: Device, inputSize: number, stateSizes: StateSizes<State>, operation = 'cell') {
    super(device);
    this.inputSize = inputSize;
    this.stateSizes = stateSizes;
    this.operation = operation;
  }

  /**
   * The equations. Runs once for all time steps, or without a tape once for each of several stretches of them: do here what needs no state, such as
   * the matrix product with the input. What it computes of a step must depend on that step alone.
   * @param x [..., batch, inputSize]
   */
  abstract prepare(x: Tensor): Prepared<State>;

  /** The `fused` of `prepare`, for kernels that take the input as it is. */
  fusedForm?(): FusedForm;

  protected override get takes(): Signature {
    return [this.operation, 'x', 'state'];
  }

  protected override forward(x: Tensor, state?: State): State {
    checkTensor(this.operation, 'x', x, { device: this.device, dtype: this.device.dtype });
    checkAxes(this.operation, 'x', x, ['batch', this.inputSize]);
    const { projected, step } = this.prepare(x);
    if (state) checkState(this.operation, state, this.stateSizes, [x.shape[0]!], x);
    return step(projected, state ?? zeroState(this.stateSizes, [x.shape[0]!], x));
  }
}

/** Zeros of shape [...axes, size] for each state. */
export function zeroState<State extends CellState>(
  sizes: StateSizes<State>,
  axes: readonly number[],
  like: Tensor,
): State {
  return mapSizes(sizes, (_, size) => like.device.zeros([...axes, size], like.dtype));
}

/** @throws OptionError for a state that there is not; ShapeError, DTypeError, DeviceError or OptionError unless each is a tensor [...axes, size], like `like`. */
export function checkState<State extends CellState>(
  operation: string,
  state: State,
  sizes: StateSizes<State>,
  axes: readonly number[],
  like: Tensor,
): void {
  const { device, dtype } = like;
  const names = stateNames(sizes);
  readOptions(operation, state, Object.fromEntries(names.map((name) => [name, required])) as never, 'state');
  for (const name of names) {
    checkTensor(operation, `state.${name}`, state[name] as Tensor, { device, dtype, shape: [...axes, sizes[name]] });
  }
}

export function stateNames<State extends CellState>(sizes: StateSizes<State>): (keyof State & string)[] {
  return Object.keys(sizes) as (keyof State & string)[];
}

/** A state made of one tensor per name. */
export function mapSizes<State extends CellState>(
  sizes: StateSizes<State>,
  make: (name: keyof State & string, size: number) => Tensor,
): State {
  return Object.fromEntries(stateNames(sizes).map((name) => [name, make(name, sizes[name])])) as unknown as State;
}
