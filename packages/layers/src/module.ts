import { withLabel } from '@sluice/autograd';
import { checkIsDevice, Device, DisposedError, OptionError, Parameter, refuse, type TensorData } from '@sluice/core';
import { loadStateDict, readStateDict } from './state-dict.ts';
import { summarize } from './summary.ts';

/** What errors call a layer, and the names of the arguments of its `call`. */
export type Signature = readonly [operation: string, ...names: string[]];

/**
 * A layer, or a model made of layers: named parameters and a forward pass.
 *
 * Parameters and modules are found in the fields of the object, directly or in arrays, and named by them: `lstm.weight_ih_l0`,
 * `blocks.0.weight`. One that is reachable on two ways appears once, under the first name.
 * @example
 * class Tagger extends Module<[words: Tensor], Tensor> {
 *   readonly embedding = new Embedding(this.device, { count: 1000, size: 64 });
 *   readonly gru = new GRU(this.device, { inputSize: 64, hiddenSize: 64, bidirectional: true });
 *   readonly head = new Linear(this.device, { inputSize: 128, outputSize: 17 });
 *
 *   protected override forward(words: Tensor): Tensor {
 *     return this.head.call(this.gru.call(this.embedding.call(words)).output);
 *   }
 * }
 */
export abstract class Module<Args extends readonly unknown[] = readonly never[], Output = unknown> {
  readonly device: Device;
  /** Whether dropout drops. Starts true; set by `train()` and `eval()`. */
  training = true;

  /** @throws OptionError unless `device` is one, e.g. for a backend in its place. */
  constructor(device: Device) {
    if (!(device instanceof Device)) checkIsDevice(this.kind, device);
    this.device = device;
  }

  /** Name of the sort of layer, for people. */
  get kind(): string {
    return this.constructor.name;
  }

  /**
   * Runs the forward pass. Operations inside carry this module as their label, and intermediates are freed unless `valueAndGrad`
   * around it needs them: tensors survive in the result, in arrays and in plain objects.
   */
  call(...args: Args): Output {
    const { takes } = this;
    if (takes && args.slice(takes.length - 1).some((argument) => argument !== undefined)) {
      const [operation, ...names] = takes;
      refuse(
        OptionError,
        operation,
        'call',
        `has ${args.length} arguments`,
        `at most ${names.length}: ${names.join(', ')}`,
      );
    }
    try {
      return this.device.scope(() => withLabel(this, () => this.forward(...args)) as never);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** What `call` takes; more is refused. Default unknown, since a forward pass may have arguments with defaults. */
  protected get takes(): Signature | undefined {
    return undefined;
  }

  /** The equations of the layer; synchronous. Callers use `call`. */
  protected abstract forward(...args: Args): Output;

  /** The parameters and modules inside, with their names. Override it to give them names that differ from the fields. */
  protected *children(): Iterable<readonly [name: string, child: Parameter | Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (isChild(value)) yield [name, value];
      else if (Array.isArray(value)) {
        for (const [i, entry] of value.entries()) if (isChild(entry)) yield [`${name}.${i}`, entry];
      }
    }
  }

  /** All parameters by dotted name. */
  parameters(): Map<string, Parameter> {
    return this.#collect().parameters;
  }

  /** All modules by dotted name; this one is `''`. */
  modules(): Map<string, Module> {
    return this.#collect().modules;
  }

  /**
   * Sets this and all inner modules to training: dropout drops.
   * @throws OptionError for an argument, such as `train(false)` for `eval()`
   */
  train(...none: never[]): this {
    return this.#setTraining(true, 'train', none);
  }

  /**
   * Sets this and all inner modules to evaluation: the forward pass is deterministic.
   * @throws OptionError for an argument
   */
  eval(...none: never[]): this {
    return this.#setTraining(false, 'eval', none);
  }

  /** A copy of all parameters on the host. */
  stateDict(): Promise<Map<string, TensorData>> {
    return readStateDict(this.parameters());
  }

  /**
   * Sets all parameters. Float types convert into each other.
   * @throws FormatError that lists every name that is missing, unexpected, misshapen or not of floats; DisposedError. Whatever is thrown, nothing has changed then.
   */
  loadStateDict(state: ReadonlyMap<string, TensorData>): void {
    loadStateDict(this.device, this.parameters(), state);
  }

  /** A table of the parameters with their layers, shapes and numbers of elements, and the total. */
  summary(): string {
    return summarize(this.modules(), this.parameters());
  }

  /** Frees all parameters, those of inner modules included. */
  dispose(): void {
    for (const parameter of this.parameters().values()) parameter.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #setTraining(training: boolean, argument: string, { length }: readonly never[]): this {
    if (length > 0) {
      const operation = this.takes?.[0] ?? this.kind;
      const expected = 'none: train and eval are two methods';
      throw new OptionError({ operation, argument, got: `has ${length} arguments`, expected });
    }
    for (const module of this.modules().values()) module.training = training;
    return this;
  }

  /** Operations do not know that what was freed is a parameter. */
  #explain(error: unknown): unknown {
    if (!(error instanceof DisposedError) || error.cause !== undefined) return error;
    for (const [name, parameter] of this.parameters()) {
      if (parameter.disposed) {
        return new DisposedError(`${this.takes?.[0] ?? this.kind}: parameter ${name} was freed`, {
          cause: error,
        });
      }
    }
    return error;
  }

  #collect(): { parameters: Map<string, Parameter>; modules: Map<string, Module> } {
    const parameters = new Map<string, Parameter>();
    const modules = new Map<string, Module>();
    const seen = new Set<unknown>();
    const visit = (prefix: string, module: Module) => {
      seen.add(module);
      modules.set(prefix, module);
      for (const [name, child] of module.children()) {
        if (seen.has(child)) continue;
        const path = prefix === '' ? name : `${prefix}.${name}`;
        if (child instanceof Module) {
          visit(path, child);
        } else {
          seen.add(child);
          parameters.set(path, child);
        }
      }
    };
    visit('', this);
    return { parameters, modules };
  }
}

function isChild(value: unknown): value is Parameter | Module {
  return value instanceof Parameter || value instanceof Module;
}
