import {
  checkTensors,
  createDataArray,
  type DataArray,
  DTypeError,
  kindOf,
  OptionError,
  Parameter,
  refuse,
  Tensor,
} from '@sluice/core';
import { multiply } from './ops/elementwise.ts';

/** What gradients are checked with respect to: a tensor, or what holds parameters, such as a layer. */
export type CheckedInput = Tensor | { parameters(): ReadonlyMap<string, Parameter> } | ReadonlyMap<string, Parameter>;

/** One of the tensors that are moved. */
export interface Point {
  /** E.g. `inputs[1]`, or the name of a parameter. */
  readonly name: string;
  readonly tensor: Tensor;
  /** Its place among the arguments of `compute`; -1 for one that is not among them. */
  readonly place: number;
}

/** @throws OptionError unless there are inputs, tensors or parameters all; DisposedError, DeviceError; DTypeError unless they are of float64 */
export function listPoints(operation: string, inputs: CheckedInput | readonly CheckedInput[]): readonly Point[] {
  const isList = Array.isArray(inputs);
  const list = isList ? (inputs as readonly CheckedInput[]) : [inputs as CheckedInput];
  let places = 0;
  const points = list.flatMap((input, i): Point[] => {
    const name = isList ? `inputs[${i}]` : 'inputs';
    if (input instanceof Tensor) return [{ name, tensor: input, place: places++ }];
    const prefix = isList ? `${name}.` : '';
    return [...parametersOf(operation, name, input)].map(([key, tensor]) => {
      if (tensor instanceof Parameter) return { name: prefix + key, tensor, place: -1 };
      return refuse(
        OptionError,
        operation,
        prefix + key,
        `is ${kindOf(tensor)}`,
        'a Parameter: of tensors, pass a list',
      );
    });
  });
  if (points.length === 0) {
    refuse(OptionError, operation, 'inputs', 'are empty', 'a tensor or parameter');
  }
  checkTensors(operation, Object.fromEntries(points.map(({ name, tensor }) => [name, tensor])));
  for (const { name, tensor } of points) {
    if (tensor.dtype === 'float64') continue;
    refuse(
      DTypeError,
      operation,
      name,
      `has dtype ${tensor.dtype}`,
      "float64 (new Device(backend, { dtype: 'float64' }))",
    );
  }
  return points;
}

function parametersOf(operation: string, argument: string, input: Exclude<CheckedInput, Tensor>) {
  if (input instanceof Map) return input as ReadonlyMap<string, Parameter>;
  if (input !== null && typeof input === 'object' && 'parameters' in input) return input.parameters();
  refuse(
    OptionError,
    operation,
    argument,
    `is ${kindOf(input)}`,
    'a tensor, a layer, a map of parameters or a list of them',
  );
}

/** The value of `compute` with one element of a point moved; a parameter stays moved. */
export async function evaluateAt(
  { tensor, place }: Point,
  origin: DataArray,
  element: number,
  offset: number,
  args: readonly Tensor[],
  compute: (args: readonly Tensor[]) => Tensor,
): Promise<number> {
  const data = createDataArray('float64', origin.length);
  data.set(origin);
  data[element]! += offset;
  const { device, shape, dtype } = tensor;
  if (tensor instanceof Parameter) setTo(tensor, data);
  const result = device.scope(() => {
    const moved = tensor instanceof Parameter ? tensor : device.tensor(data, { shape, dtype });
    // The product is a new tensor, also where `compute` returns an input.
    return multiply(compute(place < 0 ? args : args.with(place, moved)), 1);
  });
  try {
    return await result.item();
  } finally {
    result.dispose();
  }
}

/** Replaces the elements of a parameter. */
export function setTo(parameter: Parameter, data: DataArray): void {
  const { device, shape, dtype } = parameter;
  parameter.assign(device.keep(device.tensor(data, { shape, dtype })));
}
