import { OptionError } from '@sluice/core';
import type { StatefulSchedule } from '../schedules/plateau.ts';
import type { Schedule } from '../schedules/schedules.ts';
import { type Resumable, restore, snapshot } from '../state/resume.ts';
import { WeightAverage } from './average.ts';
import { BestKeeper } from './best.ts';
import { CarryKeeper } from './carry.ts';
import { evaluate, rememberModes } from './evaluate.ts';
import type { CheckpointEvent, EpochEvent, FitEvent, StepEvent, StopReason, ValidationEvent } from './events.ts';
import { checkFitOptions, type FitOptions } from './options.ts';
import { aborted, Breather, unlessAborted } from './pause.ts';
import { Progress } from './progress.ts';
import { makeStep } from './step.ts';

/**
 * Trains a model. Runs as it is iterated: each event is one step, validation, epoch or checkpoint, and `break` ends the training. In
 * whatever way it ends, nothing stays on the device but model and optimizer, and the modules' `training` is what it was before.
 *
 * After each step that is due, first validation, then checkpoint. The generator lets other tasks run at least every 50 ms, as far as
 * single steps are shorter.
 *
 * @throws OptionError for an option outside its range, at once; FormatError for a state that does not fit, before anything has changed;
 * NonFiniteError when a loss or gradient is not finite, before the update; whatever `loss`, `data` and `checkpoint.save` throw
 * @example
 * const run = fit({
 *   model, optimizer, data, epochs: 10,
 *   loss: ({ inputs, targets }) => crossEntropy(model.call(device.tensor(inputs)), device.tensor(targets)),
 * });
 * for await (const event of run) if (event.type === 'step') console.log(event.loss);
 */
export function fit<Batch, Carry = undefined>(options: FitOptions<Batch, Carry>): AsyncGenerator<FitEvent, void, void> {
  checkFitOptions(options);
  return new Run(options).events();
}

class Run<Batch, Carry> implements Resumable<Batch, Carry> {
  readonly options: FitOptions<Batch, Carry>;
  readonly carry: CarryKeeper<Carry>;
  readonly progress = new Progress();
  readonly best: BestKeeper;
  average: WeightAverage | undefined;
  step = 0;
  epoch = 0;
  batch = 0;
  savedAt: string;
  readonly #breather = new Breather();

  constructor(options: FitOptions<Batch, Carry>) {
    this.options = options;
    this.carry = new CarryKeeper<Carry>(options.model);
    this.best = new BestKeeper(options.earlyStopping, options.validate?.restoreBest === true);
    this.savedAt = this.position;
  }

  async *events(): AsyncGenerator<FitEvent, void, void> {
    const { model, averageWeights, resume } = this.options;
    const restoreModes = rememberModes(model);
    try {
      if (resume) restore(this, resume);
      if (averageWeights) {
        const weights = resume?.average ?? (await model.stateDict());
        this.average = new WeightAverage(model, averageWeights.decay, weights);
      }
      model.train();
      const reason = yield* this.#epochs();
      if (this.options.checkpoint && this.savedAt !== this.position) yield await this.#save();
      const weights = this.best.weights ?? (await this.average?.stateDict());
      if (reason !== 'aborted' && weights) model.loadStateDict(weights);
      yield { type: 'stopped', step: this.step, epoch: this.epoch, reason, best: this.best.state.best };
    } finally {
      this.carry.dispose();
      this.average?.dispose();
      restoreModes();
    }
  }

  async *#epochs(): AsyncGenerator<FitEvent, StopReason, void> {
    while (this.epoch < this.options.epochs) {
      if (this.best.exhausted) return 'earlyStopping';
      const reason = (yield* this.#batches()) ?? (yield* this.#endEpoch());
      if (reason) return reason;
    }
    return 'finished';
  }

  /** The rest of the current epoch. */
  async *#batches(): AsyncGenerator<FitEvent, StopReason | undefined, void> {
    const { data, signal, validate, checkpoint, accumulate = 1 } = this.options;
    const iterator = data.epoch(this.epoch, this.batch)[Symbol.asyncIterator]();
    let open = true;
    try {
      for (;;) {
        await this.#breather.pauseWhenDue();
        if (signal?.aborted) return 'aborted';
        // Looked at before the next batch and not after the last, so that a resumed run does what was still due.
        if (isDue(this.step, validate?.everySteps) && this.best.state.validatedStep !== this.step) {
          const event = await this.#validate(this.epoch);
          if (event === aborted) return 'aborted';
          yield* this.#report(event);
          if (this.best.exhausted) return 'earlyStopping';
        }
        if (isDue(this.step, checkpoint?.everySteps) && this.savedAt !== this.position) yield await this.#save();
        const begin = performance.now();
        // Nothing is computed before all are there, so that an update is made as a whole or not at all.
        const batches: Batch[] = [];
        while (open && batches.length < accumulate) {
          const next = await unlessAborted(iterator.next(), signal);
          if (next === aborted) return 'aborted';
          if (next.done) open = false;
          else batches.push(next.value);
        }
        if (batches.length === 0) return undefined;
        yield await this.#step(batches, begin);
      }
    } finally {
      // A source that waits for something would keep this waiting with it.
      if (open) iterator.return?.()?.catch(() => undefined);
    }
  }

  async #step(batches: readonly Batch[], begin: number): Promise<StepEvent> {
    const { optimizer, schedule, items, epochs } = this.options;
    if (schedule) optimizer.learningRate = typeof schedule === 'function' ? schedule(this.step) : schedule.learningRate;
    const { learningRate } = optimizer;
    const { loss, gradientNorm } = await makeStep(this.options, batches, this.carry, this.step + 1);
    this.step++;
    this.batch += batches.length;
    this.average?.update(this.step);
    const count = items && batches.reduce((sum, batch) => sum + items(batch), 0);
    this.progress.addStep(loss, count, performance.now() - begin);
    const left = this.#stepsLeft();
    return {
      type: 'step',
      step: this.step,
      steps: left === undefined ? undefined : this.step + left,
      epoch: this.epoch,
      epochs,
      batch: this.batch,
      loss,
      smoothedLoss: this.progress.smoothedLoss,
      gradientNorm,
      learningRate,
      itemsPerSecond: this.progress.itemsPerSecond,
      elapsedMilliseconds: this.progress.elapsedMilliseconds,
      remainingMilliseconds: left === undefined ? undefined : this.progress.millisecondsFor(left),
    };
  }

  #stepsLeft(): number | undefined {
    const { data, epochs, accumulate = 1 } = this.options;
    const { batchesPerEpoch } = data;
    if (batchesPerEpoch === undefined) return undefined;
    const steps = (batches: number) => Math.ceil(batches / accumulate);
    return (epochs - this.epoch - 1) * steps(batchesPerEpoch) + steps(batchesPerEpoch - this.batch);
  }

  /** Validation and schedule at the end of an epoch; the next one begins with them, or, when aborted, this one does not end. */
  async *#endEpoch(): AsyncGenerator<FitEvent, StopReason | undefined, void> {
    const { validate, schedule } = this.options;
    if (this.progress.epochSteps === 0) throw new OptionError(`fit: data gave no batch in epoch ${this.epoch}`);
    const validation = validate && validate.everySteps === undefined ? await this.#validate(this.epoch + 1) : undefined;
    if (validation === aborted) return 'aborted';
    const loss = this.progress.endEpoch();
    if (!validate && isStateful(schedule)) schedule.observe(loss);
    this.epoch++;
    this.batch = 0;
    this.carry.dispose();
    yield { type: 'epoch', step: this.step, epoch: this.epoch, loss } satisfies EpochEvent;
    if (validation) yield* this.#report(validation);
    return this.best.exhausted ? 'earlyStopping' : undefined;
  }

  async #validate(epoch: number): Promise<ValidationEvent | typeof aborted> {
    const evaluation = await this.#evaluate();
    if (evaluation === aborted) return aborted;
    const { loss, metrics } = evaluation;
    const best = this.best.isBest(loss);
    if (best && this.best.keepsWeights) this.best.weights = await (this.average ?? this.options.model).stateDict();
    this.best.observe(loss, this.step);
    if (isStateful(this.options.schedule)) this.options.schedule.observe(loss);
    return { type: 'validation', step: this.step, epoch, loss, metrics, best };
  }

  /** With the mean of the weights, where one is kept. */
  async #evaluate(): ReturnType<typeof evaluate> {
    const { model } = this.options;
    if (!this.average) return evaluate(this.options, this.#breather);
    const weights = await model.stateDict();
    model.loadStateDict(await this.average.stateDict());
    try {
      return await evaluate(this.options, this.#breather);
    } finally {
      model.loadStateDict(weights);
    }
  }

  /** Tells of a validation, after its state was stored if it is the best so far. */
  async *#report(validation: ValidationEvent): AsyncGenerator<FitEvent, void, void> {
    const saveBest = validation.best ? this.options.checkpoint?.saveBest : undefined;
    if (saveBest) await saveBest(await snapshot(this));
    yield validation;
    if (saveBest) yield { type: 'checkpoint', step: this.step, epoch: this.epoch, best: true };
  }

  async #save(): Promise<CheckpointEvent> {
    await this.options.checkpoint?.save(await snapshot(this));
    this.savedAt = this.position;
    return { type: 'checkpoint', step: this.step, epoch: this.epoch, best: false };
  }

  get position(): string {
    return `${this.step} ${this.epoch} ${this.best.state.validatedStep}`;
  }
}

function isDue(step: number, every: number | undefined): boolean {
  return every !== undefined && step > 0 && step % every === 0;
}

function isStateful(schedule: Schedule | StatefulSchedule | undefined): schedule is StatefulSchedule {
  return typeof schedule === 'object';
}
