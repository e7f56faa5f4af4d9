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

  /** Takes over the tensors of `next` and frees those of before that are not among them. */
  replace(next: Carry | undefined): void {
    const kept = tensorsIn(next);
    for (const [name, parameter] of this.#parameters) {
      // It would be freed with the carry.
      if (kept.some(({ storage }) => storage === parameter.storage)) {
        throw new OptionError(`fit: carry holds parameter ${name} itself, expected what operations made of it`);
      }
    }
    this.#device.keep(next);
    this.#release(this.#value, kept);
    this.#value = next;
  }

  /** Frees tensors that nothing needs any more, unless the carry holds them. */
  discard(value: unknown): void {
    this.#release(value, tensorsIn(this.#value));
  }

  dispose(): void {
    this.replace(undefined);
  }

  #release(value: unknown, kept: readonly Tensor[]): void {
    const storages = new Set(kept.map(({ storage }) => storage));
    for (const tensor of tensorsIn(value)) if (!storages.has(tensor.storage)) tensor.dispose();
  }
}
