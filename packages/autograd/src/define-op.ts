import { OptionError, readOptions, required, Tensor, UnsupportedError } from '@sluice/core';
import { announce, paused, type Thunk } from './tape.ts';
import { activeLabel, notify } from './trace.ts';

export type OpOutput = Tensor | readonly Tensor[];

/** An operation: a function of tensors and options. */
export type Op<Args extends readonly unknown[], Output extends OpOutput> = (...args: Args) => Output;

export interface OpDefinition<Args extends readonly unknown[], Output extends OpOutput> {
  /** Appears in errors and traces. */
  readonly name: string;
  /**
   * Computes the output: with kernels (`device.execute`), or with other operations, which are then not recorded one by one
   * and whose intermediates are freed. Tensors stand among the arguments, directly or in arrays; at least one does. One that
   * is returned as it came, or twice, leaves the operation as another tensor on the same storage.
   */
  readonly forward: (...args: Args) => Output;
  /**
   * From the gradient of a scalar with respect to the output(s), the gradients with respect to every tensor among the
   * arguments, in order: one thunk each, so that only those that are needed run, or `null` for one without (indices, masks).
   * Written in ordinary operations, so that it can be differentiated again. A thunk may return a gradient of the
   * broadcast shape; it is summed to the input's. `backward: null` says that the operation has no gradient.
   */
  readonly backward: ((gradient: Output, output: Output, ...args: Args) => readonly (Thunk | null)[]) | null;
}

/**
 * Makes an operation from a forward computation and its gradient.
 * @example
 * const cube = defineOp({
 *   name: 'cube',
 *   forward: (x: Tensor) => multiply(x, multiply(x, x)),
 *   backward: (dy, _y, x) => [() => multiply(dy, multiply(3, multiply(x, x)))],
 * });
 */
// Bundlers then leave out an operation that nothing uses, as they do with one that is made by a function of this mark elsewhere.
/* @__NO_SIDE_EFFECTS__ */
export function defineOp<Args extends readonly unknown[], Output extends OpOutput>(
  definition: OpDefinition<Args, Output>,
): Op<Args, Output> {
  const parts = { name: required, forward: required, backward: required } as const;
  const { name, forward, backward } = readOptions('defineOp', definition, parts);
  return (...args: Args): Output => {
    const inputs = inputsOf(args);
    if (inputs.length === 0) throw new OptionError(`${name}: no tensor among the arguments`);
    const { device } = inputs[0] as Tensor;
    for (const input of inputs) device.operand(name, input);
    const output = paused(device, () =>
      device.scope(() => distinct(name, forward(...args), inputs) as never),
    ) as Output;
    const outputs: readonly Tensor[] = output instanceof Tensor ? [output] : output;
    notify(name, outputs);
    if (backward === null) return output;
    announce(device, inputs, () => ({
      operation: name,
      label: activeLabel(),
      inputs,
      outputs,
      backward: (gradients) => {
        const gradient = (output instanceof Tensor ? gradients[0] : gradients) as Output;
        const thunks = backward(gradient, output, ...args);
        if (thunks.length !== inputs.length) {
          throw new UnsupportedError(`${name}: backward gave ${thunks.length} thunks for ${inputs.length} inputs`);
        }
        return thunks;
      },
    }));
    return output;
  };
}

/** The output with a view in the place of each tensor that is an input or came before: a tape knows tensors by identity. */
function distinct(name: string, output: OpOutput, inputs: readonly Tensor[]): OpOutput {
  if (output instanceof Tensor) return inputs.includes(output) ? viewOf(name, output) : output;
  const seen = new Set(inputs);
  return output.map((tensor) => {
    if (seen.has(tensor)) return viewOf(name, tensor);
    seen.add(tensor);
    return tensor;
  });
}

function viewOf(name: string, tensor: Tensor): Tensor {
  return tensor.device.view(name, tensor, tensor.shape);
}

function inputsOf(args: readonly unknown[]): readonly Tensor[] {
  const inputs: Tensor[] = [];
  for (const argument of args) {
    if (argument instanceof Tensor) inputs.push(argument);
    else if (Array.isArray(argument)) {
      for (const entry of argument) if (entry instanceof Tensor) inputs.push(entry);
    }
  }
  return inputs;
}
