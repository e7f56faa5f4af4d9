import { add, multiply, subtract } from '@sluice/autograd';
import { type Device, Parameter, type TensorData } from '@sluice/core';
import type { Module } from '@sluice/layers';

/** An exponential mean of the weights of a model; see `averageWeights` of `fit`. */
export class WeightAverage {
  readonly #parameters: ReadonlyMap<string, Parameter>;
  /** By the names of the weights. */
  readonly means: ReadonlyMap<string, Parameter>;
  readonly #device: Device;
  readonly #decay: number;

  /** @param state the mean so far, which fits the model */
  constructor(model: Module, decay: number, state: ReadonlyMap<string, TensorData>) {
    this.#device = model.device;
    this.#decay = decay;
    this.#parameters = model.parameters();
    this.means = new Map(
      [...this.#parameters].map(([name, { device, shape, dtype }]) => {
        const { data } = state.get(name)!;
        return [name, new Parameter(device.keep(device.tensor(data, { shape, dtype })))];
      }),
    );
  }

  /** @param step updates made, this one included */
  update(step: number): void {
    const decay = Math.min(this.#decay, (1 + step) / (10 + step));
    this.#device.scope(() => {
      Parameter.assignAll(
        [...this.means].map(([name, mean]) => {
          const weights = this.#parameters.get(name)!;
          return [mean, mean.device.scope(() => add(mean, multiply(subtract(weights, mean), 1 - decay)))];
        }),
      );
    });
  }

  async stateDict(): Promise<Map<string, TensorData>> {
    const state = new Map<string, TensorData>();
    for (const [name, mean] of this.means) {
      state.set(name, { dtype: mean.dtype, shape: mean.shape, data: await mean.data() });
    }
    return state;
  }

  dispose(): void {
    for (const mean of this.means.values()) mean.dispose();
  }
}
