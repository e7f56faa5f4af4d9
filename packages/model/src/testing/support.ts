import { createJsBackend } from '@sluice/backend-js';
import { Device, FormatError } from '@sluice/core';
import { LSTM } from '@sluice/layers';
import * as v from 'valibot';
import { defineModel, type ModelParts } from '../index.ts';

/** A part of preprocessing with the two ways that vocabularies and scalers have. */
export class Scale {
  readonly factor: number;

  constructor(factor: number) {
    this.factor = factor;
  }

  static fromJSON(value: unknown, source: string): Scale {
    const factor = (value as { factor?: unknown } | null)?.factor;
    if (typeof factor !== 'number') throw new FormatError(`${source}: factor is ${String(factor)}, expected a number`);
    return new Scale(factor);
  }

  toJSON(): object {
    return { factor: this.factor };
  }
}

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

export const definition = defineModel({
  kind: 'test',
  config: v.strictObject({ hidden: size, cell: v.picklist(['lstm', 'gru']) }),
  preprocessing: { scale: Scale.fromJSON },
  build: (device, { hidden }) => new LSTM(device, { inputSize: 2, hiddenSize: hidden }),
});

export function createDevice(seed = 1): Device {
  return new Device(createJsBackend(), { seed });
}

const card = { title: 'A model', summary: 'For tests.', figures: [{ name: 'error', value: '0.1 °C' }] };

/** A model of its own for each seed. */
export function createParts(seed: number, hidden = 3) {
  const config: { hidden: number; cell: 'lstm' | 'gru' } = { hidden, cell: 'lstm' };
  const preprocessing = { scale: new Scale(seed) };
  return {
    model: definition.build(createDevice(seed), config, preprocessing),
    config,
    preprocessing,
    card,
  } satisfies ModelParts<LSTM, unknown, typeof definition.preprocessing>;
}
