import { checkTensor, type Tensor } from './tensor.ts';

/**
 * For operations that are made of others, so that the error names what the user called.
 * @param tensors by the names of the arguments
 * @throws OptionError for one that is no tensor; DisposedError for one that was freed; DeviceError for one on another device than the first
 */
export function checkTensors(operation: string, tensors: Readonly<Record<string, Tensor>>): void {
  let first: Pick<Tensor, 'device'> | undefined;
  for (const argument in tensors) {
    const x = tensors[argument]!;
    checkTensor(operation, argument, x, first);
    first ??= { device: x.device };
  }
}
