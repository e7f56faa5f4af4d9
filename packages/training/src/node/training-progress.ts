import { readOptions } from '@sluice/core';
import type { EventLog } from '../fit/event-log.ts';
import type { FitEvent, StepEvent, ValidationEvent } from '../fit/events.ts';
import { formatCount, formatDuration, type LineStream, StatusLine } from './status-line.ts';

export interface TrainingProgressOptions {
  /** Default `process.stdout`. */
  readonly stream?: LineStream | undefined;
  /** Updates in all, where the data end before the epochs do. Default: what the events say. */
  readonly steps?: number | undefined;
  /** What the option `items` of `fit` counts. Default `items`. */
  readonly unit?: string | undefined;
  /** More figures for the line of a step, e.g. `2.13 bits/char`. Default none. */
  readonly describeStep?: ((event: StepEvent) => readonly string[]) | undefined;
  /** The line that a validation leaves. Default: its step, loss and metrics, and whether it was the best so far. */
  readonly describeValidation?: ((event: ValidationEvent) => string) | undefined;
}

const longestBar = 24;
const shortestBar = 8;

/**
 * Shows how far a training is: a bar, the time left, the smoothed loss and the pace, in one line that a terminal has rewritten and a pipe printed every
 * five seconds (see `StatusLine`), and a line for each validation. Parts that there is no room for are left out; the time left is not one of them.
 * @example
 * const progress = new TrainingProgress();
 * for await (const event of logged(fit(options), progress)) {
 *   if (event.type === 'checkpoint') progress.print(`saved after step ${event.step}`);
 * }
 */
export class TrainingProgress implements EventLog {
  readonly #options: TrainingProgressOptions;
  readonly #status: StatusLine;
  #begun: number | undefined;

  /** @throws OptionError for a name that is no option */
  constructor(options?: TrainingProgressOptions) {
    const none = undefined;
    const names = { stream: none, steps: none, unit: none, describeStep: none, describeValidation: none };
    readOptions<TrainingProgressOptions, typeof names>('TrainingProgress', options, names);
    this.#options = options ?? {};
    this.#status = new StatusLine(this.#options.stream);
  }

  write(event: FitEvent): void {
    if (event.type === 'step') {
      this.#begun ??= event.step - 1;
      const parts = () => this.#describe(event);
      // The last one is shown though it is not due.
      if (event.step === (this.#options.steps ?? event.steps)) this.#status.show(parts());
      else this.#status.update(parts);
    }
    if (event.type === 'validation') {
      const { describeValidation = describe } = this.#options;
      this.#status.print(describeValidation(event));
    }
  }

  /** Prints a line that stays, above the one under way. */
  print(line: string): void {
    this.#status.print(line);
  }

  close(): void {
    this.#status.end();
  }

  #describe(event: StepEvent): string[] {
    const { steps = event.steps, unit = 'items', describeStep } = this.#options;
    const { step, epoch, epochs, smoothedLoss, itemsPerSecond, elapsedMilliseconds } = event;
    const place = [`epoch ${epoch + 1}/${epochs}`, `step ${step}${steps === undefined ? '' : `/${steps}`}`];
    const loss = `loss ${smoothedLoss.toPrecision(4)}`;
    const figures = describeStep?.(event) ?? [];
    const paces = itemsPerSecond === undefined ? [] : [`${formatCount(itemsPerSecond)} ${unit}/s`];
    if (steps === undefined) return [...place, loss, ...figures, ...paces];
    const pace = elapsedMilliseconds / (step - this.#begun!);
    const needed = [...place, `${formatDuration(pace * (steps - step))} left`, loss];
    return [...this.#bar(step / steps, needed, [...figures, ...paces]), ...needed, ...figures, ...paces];
  }

  /** A bar as long as there is room for, where there is for a short one beside what is needed. */
  #bar(share: number, needed: readonly string[], others: readonly string[]): string[] {
    const { rewrites, width } = this.#status;
    const roomBeside = (parts: readonly string[]) => width - parts.join('  ').length - 2;
    if (!rewrites || roomBeside(needed) < shortestBar) return [];
    const length = Math.max(shortestBar, Math.min(longestBar, roomBeside([...needed, ...others])));
    const done = Math.floor(Math.min(1, share) * length);
    return ['█'.repeat(done) + '░'.repeat(length - done)];
  }
}

function describe({ step, loss, metrics, best }: ValidationEvent): string {
  const figures = Object.entries({ 'validation loss': loss, ...metrics });
  const shown = figures.map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  return [`step ${step}`, ...shown, ...(best ? ['best so far'] : [])].join('  ');
}
