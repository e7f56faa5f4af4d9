import type { FitEvent } from '../fit/events.ts';

/** The numbers that an event tells, by names like `train/loss`, `epoch/loss` and `validation/loss`. */
export function scalarsOf(event: FitEvent): [name: string, value: number][] {
  switch (event.type) {
    case 'step': {
      const { loss, gradientNorm, learningRate } = event;
      return Object.entries({ loss, gradientNorm, learningRate }).map(([name, value]) => [`train/${name}`, value]);
    }
    case 'epoch':
      return [['epoch/loss', event.loss]];
    case 'validation':
      return Object.entries({ loss: event.loss, ...event.metrics }).map(([name, value]) => [
        `validation/${name}`,
        value,
      ]);
    default:
      return [];
  }
}
