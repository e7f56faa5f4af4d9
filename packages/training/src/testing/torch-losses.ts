import { readFileSync } from 'node:fs';
import { grad, multiply, sum } from '@sluice/autograd';
import type { Device, Tensor } from '@sluice/core';
import { expect } from 'vitest';

interface Flat {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A loss as PyTorch computes it; made by `tooling/golden/torch_losses.py`. */
export interface TorchLoss<Options> {
  /** The function in `torch.nn.functional`. */
  readonly name: string;
  readonly options: Options;
  readonly inputs: Readonly<Record<string, Flat>>;
  readonly losses: Flat;
  readonly mean: number;
  /** Factors of the losses in the sum that is differentiated. */
  readonly weights: Flat;
  readonly gradients: Readonly<Record<string, Flat>>;
}

const path = new URL('torch-losses.json', import.meta.url);

/** The cases of one function. */
export function torchLosses<Options>(name: string): TorchLoss<Options>[] {
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: TorchLoss<Options>[] };
  return cases.filter((each) => each.name === name);
}

/** Compares losses, mean and gradients with PyTorch's. */
export async function expectTorch(
  device: Device,
  golden: TorchLoss<unknown>,
  loss: (inputs: Readonly<Record<string, Tensor>>, reduction: 'none' | 'mean') => Tensor,
): Promise<void> {
  const tensor = ({ data, shape }: Flat) => device.tensor(data, { shape, dtype: 'float64' });
  const inputs = Object.fromEntries(Object.entries(golden.inputs).map(([name, value]) => [name, tensor(value)]));
  expectClose(await loss(inputs, 'none').data(), golden.losses.data);
  expectClose([await loss(inputs, 'mean').item()], [golden.mean]);
  const weights = tensor(golden.weights);
  const gradients = grad(() => sum(multiply(loss(inputs, 'none'), weights)), inputs);
  for (const [name, { data }] of Object.entries(golden.gradients)) expectClose(await gradients[name]!.data(), data);
}

/** Equal to 11 digits. */
export function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `element ${i}: ${actual[i]}, not ${value}`).toBeLessThan(
      1e-11 * Math.max(1, Math.abs(value)),
    );
  });
}
