import {
  type Device,
  DisposedError,
  formatShape,
  OptionError,
  Parameter,
  sameShape,
  sizeOf,
  type Tensor,
  type TensorData,
} from '@sluice/core';
import { checkGradients, checkParameters } from './checks.ts';

/** What an optimizer remembers between steps, on the host. */
export interface OptimizerState {
  /** Which update rule this is a state of, e.g. `Adam`. */
  readonly kind: string;
  /** Updates made so far. */
  readonly steps: number;
  readonly learningRate: number;
  /** `<slot>.<parameter>`, e.g. `firstMoment.lstm.weight_ih_l0`. */
  readonly tensors: ReadonlyMap<string, TensorData>;
}

/** Names of the tensors of a parameter's shape that an update rule keeps for each parameter. */
export type Slots<Slot extends string> = { readonly [Name in Slot]: Parameter };

/**
 * Updates parameters from gradients. Subclasses hold one update rule: which tensors they keep per parameter (`slots`, zeros at
 * first) and how one step changes them.
 */
export abstract class Optimizer<Slot extends string = string> {
  /** Which update rule it is, e.g. `Adam`. */
  readonly kind: string;
  /** What it updates, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly #slots: ReadonlyMap<string, Slots<Slot>>;
  #learningRate: number;
  #steps = 0;

  protected constructor(
    kind: string,
    parameters: ReadonlyMap<string, Parameter>,
    options: { readonly learningRate: number; readonly slots: readonly Slot[] },
  ) {
    this.kind = kind;
    this.#learningRate = checkLearningRate(kind, options.learningRate);
    checkParameters(kind, parameters);
    this.parameters = new Map(parameters);
    this.#slots = inScopes(parameters, () => {
      const zeros = [...parameters].map(([name, { device, shape, dtype }]) => {
        return [name, options.slots.map((slot) => [slot, device.zeros(shape, dtype)] as const)] as const;
      });
      const owned = (slots: readonly (readonly [Slot, Tensor])[]) =>
        Object.fromEntries(slots.map(([slot, tensor]) => [slot, new Parameter(tensor)])) as Slots<Slot>;
      return new Map(zeros.map(([name, slots]) => [name, owned(slots)]));
    });
  }

  /** Step size; schedules set it before each step. At least 0, finite. */
  get learningRate(): number {
    return this.#learningRate;
  }

  set learningRate(value: number) {
    this.#learningRate = checkLearningRate(this.kind, value);
  }

  /** Updates made so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Makes one update, of all parameters or, when anything throws, of none: new values are computed before the first is assigned, which takes the memory of
   * all parameters and their slots once more for the time of the step. The gradients stay the caller's.
   * @param gradients by the names of the parameters, from `valueAndGrad`
   * @throws OptionError when one is missing or belongs to no parameter; ShapeError, DTypeError, DeviceError when one is unlike its parameter; DisposedError
   * when one, a parameter or the optimizer was freed. Nothing has changed then.
   */
  step(gradients: ReadonlyMap<string, Tensor>): void {
    this.#checkUsable();
    checkGradients(this.kind, gradients, this.parameters);
    this.#steps++;
    try {
      this.#assignAll(() => {
        const changes: [Parameter, Tensor][] = [];
        for (const [name, parameter] of this.parameters) {
          const slots = this.#slots.get(name)!;
          const changed = parameter.device.scope(() => this.update(parameter, gradients.get(name)!, slots));
          for (const [slot, value] of Object.entries<Tensor>(changed.slots)) changes.push([slots[slot as Slot], value]);
          changes.push([parameter, changed.parameter]);
        }
        return changes;
      });
    } catch (error) {
      this.#steps--;
      throw error;
    }
  }

  /** One step of one parameter, as new tensors. `steps` counts this one already. */
  protected abstract update(
    parameter: Tensor,
    gradient: Tensor,
    slots: { readonly [Name in Slot]: Tensor },
  ): { readonly parameter: Tensor; readonly slots: { readonly [Name in Slot]: Tensor } };

  /** A copy of everything that the next steps depend on, but the options. */
  async stateDict(): Promise<OptimizerState> {
    const tensors = new Map<string, TensorData>();
    for (const [key, slot] of this.#slotTensors()) {
      tensors.set(key, { dtype: slot.dtype, shape: slot.shape, data: await slot.data() });
    }
    return { kind: this.kind, steps: this.#steps, learningRate: this.#learningRate, tensors };
  }

  /**
   * Continues from a saved state.
   * @throws OptionError naming all that does not fit: another update rule, tensors that are missing, too many, or of another shape or dtype.
   * Nothing has changed then.
   */
  loadStateDict(state: OptimizerState): void {
    this.checkStateDict(state);
    this.#checkUsable();
    this.#assignAll(() =>
      [...this.#slotTensors()].map(([key, slot]) => [slot, slot.device.tensor(state.tensors.get(key)!)] as const),
    );
    this.#steps = state.steps;
    this.#learningRate = state.learningRate;
  }

  /** Throws what `loadStateDict` would, and changes nothing. */
  checkStateDict(state: OptimizerState): void {
    if (!(state?.tensors instanceof Map)) {
      throw new OptionError(`${this.kind}: the state does not fit: it has no map of tensors, as stateDict() gives`);
    }
    const problems: string[] = [];
    if (state.kind !== this.kind) problems.push(`it is a state of ${state.kind}, expected ${this.kind}`);
    if (!Number.isSafeInteger(state.steps) || state.steps < 0) problems.push(`steps is ${state.steps}`);
    if (!isRate(state.learningRate)) problems.push(`learningRate is ${state.learningRate}`);
    const expected = this.#slotTensors();
    for (const [key, slot] of expected) {
      const given = state.tensors.get(key);
      if (!given) problems.push(`${key} is missing`);
      else if (!sameShape(given.shape, slot.shape) || sizeOf(given.shape) !== given.data.length) {
        problems.push(`${key} has shape ${formatShape(given.shape)}, expected ${formatShape(slot.shape)}`);
      } else if (given.dtype !== slot.dtype) problems.push(`${key} has dtype ${given.dtype}, expected ${slot.dtype}`);
    }
    for (const key of state.tensors.keys()) if (!expected.has(key)) problems.push(`${key} is unexpected`);
    if (problems.length > 0) {
      throw new OptionError(`${this.kind}: the state does not fit: ${problems.join('; ')}`);
    }
  }

  /** What is kept for a parameter, by slot, e.g. `firstMoment`. Each step changes the elements. */
  slotsOf(parameter: string): ReadonlyMap<string, Tensor> {
    return new Map(Object.entries<Tensor>(this.#slots.get(parameter) ?? {}));
  }

  /** Frees what the optimizer keeps; the parameters are not its own. */
  dispose(): void {
    for (const slot of this.#slotTensors().values()) slot.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #slotTensors(): Map<string, Parameter> {
    const tensors = new Map<string, Parameter>();
    for (const [name, slots] of this.#slots) {
      for (const [slot, tensor] of Object.entries<Parameter>(slots)) tensors.set(`${slot}.${name}`, tensor);
    }
    return tensors;
  }

  /** Assigns what `compute` makes, or frees it and changes nothing. */
  #assignAll(compute: () => readonly (readonly [Parameter, Tensor])[]): void {
    inScopes(this.parameters, () => Parameter.assignAll(compute()));
  }

  #checkUsable(): void {
    for (const slot of this.#slotTensors().values()) {
      if (slot.disposed) throw new DisposedError(`${this.kind}: the optimizer was used after dispose() was called`);
    }
  }
}

/** Runs `work` in a scope of each device that the parameters are on. */
function inScopes<R>(parameters: ReadonlyMap<string, Parameter>, work: () => R): R {
  const devices = new Set<Device>();
  for (const { device } of parameters.values()) devices.add(device);
  let scoped = work;
  for (const device of devices) {
    const inner = scoped;
    scoped = () => device.scope(inner as never);
  }
  return scoped();
}

function isRate(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function checkLearningRate(operation: string, value: number): number {
  if (!isRate(value)) {
    const expected = 'a finite number of at least 0';
    throw new OptionError({ operation, argument: 'learningRate', got: `is ${value}`, expected });
  }
  return value;
}

/** An option that must be true or false. */
export function checkFlag(operation: string, argument: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new OptionError({ operation, argument, got: `is ${String(value)}`, expected: 'true or false' });
}

/** An option that must be a number of at least 0, and below `limit` if one is given. */
export function checkOption(
  operation: string,
  argument: string,
  value: number,
  limit = Number.POSITIVE_INFINITY,
): number {
  if (!(Number.isFinite(value) && value >= 0 && value < limit)) {
    const expected = limit === Number.POSITIVE_INFINITY ? 'a finite number of at least 0' : `from 0 to below ${limit}`;
    throw new OptionError({ operation, argument, got: `is ${value}`, expected });
  }
  return value;
}
