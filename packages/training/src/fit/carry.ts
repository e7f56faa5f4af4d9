import { type Device, OptionError, type Tensor, tensorsIn } from '@sluice/core';
import type { Module } from '@sluice/layers';

/** The states kept between batches, and the storages that they live in. */
export class CarryKeeper<Carry> {
  readonly #device: Device;
  readonly #parameters: ReadonlyMap<string, Tensor>;
  #value: Carry | undefined;

  constructor(model: Module) {
    this.#device = model.device;
    this.#parameters = model.parameters();
  }

  get value(): Carry | undefined {
    return this.#value;
  }

  /** @throws OptionError for a parameter in `next`: it would be freed with the carry */
  check(next: Carry | undefined): void {
    const storages = new Set(tensorsIn(next).map(({ storage }) => storage));
    for (const [name, { storage }] of this.#parameters) {
      if (storages.has(storage)) {
        throw new OptionError(`fit: carry holds parameter ${name} itself, expected what operations made of it`);
      }
    }
  }

  /** Takes over the tensors of `next` and frees those of before that are not among them. */
  replace(next: Carry | undefined): void {
    this.check(next);
    this.#device.keep(next);
    this.#release(this.#value, next);
    this.#value = next;
  }

  /** Frees tensors that nothing needs any more, unless the carry, the model or `kept` holds them. */
  discard(value: unknown, kept?: unknown): void {
    this.#release(value, [this.#value, kept]);
  }

  dispose(): void {
    this.replace(undefined);
  }

  #release(value: unknown, kept: unknown): void {
    const tensors = [...tensorsIn(kept), ...this.#parameters.values()];
    const storages = new Set(tensors.map(({ storage }) => storage));
    for (const tensor of tensorsIn(value)) if (!storages.has(tensor.storage)) tensor.dispose();
  }
}
