import { OptionError } from '@sluice/core';
import type { StatefulSchedule } from '../schedules/plateau.ts';
import type { Schedule } from '../schedules/schedules.ts';
import { checkFinite, type Resumable, restore, snapshot } from '../state/resume.ts';
import { WeightAverage } from './average.ts';
import { BatchReader } from './batch-reader.ts';
import { BestKeeper } from './best.ts';
import { CarryKeeper } from './carry.ts';
import { checkFitOptions } from './check-options.ts';
import type { StepContext } from './differentiate.ts';
import { evaluate, rememberModes } from './evaluate.ts';
import type {
  CheckpointEvent,
  EpochEvent,
  FitEvent,
  SkippedEvent,
  StepEvent,
  StopReason,
  ValidationEvent,
} from './events.ts';
import { occupy } from './in-use.ts';
import { itemsOf } from './items.ts';
import type { FitOptions } from './options.ts';
import { Breather } from './pause.ts';
import { Progress } from './progress.ts';
import { setLearningRate, stepsLeft } from './rates.ts';
import { makeStep } from './step.ts';
import { interrupted, Stopper } from './stopper.ts';

/**
 * Trains a model. Runs as it is iterated: each event is one step, validation, epoch or checkpoint, and `break` ends the training. In
 * whatever way it ends, nothing stays on the device but model and optimizer, and the modules' `training` is what it was before. Unless it failed, the
 * model then has the weights that `validate.restoreBest` and `averageWeights` promise.
 *
 * After each step that is due, first validation, then checkpoint. The generator lets other tasks run at least every 50 ms, as far as
 * single batches take less.
 *
 * @throws OptionError for an option outside its range or of another type, DisposedError for a model, optimizer or device that was freed, at once;
 * OptionError when another `fit` is training the model or the optimizer, and FormatError for a state that does not fit, before anything has changed;
 * NonFiniteError when a loss or gradient is not finite, before the update, when a validation loss is not, and when weights, optimizer, mean of the weights or
 * carry are not, before they are saved and at the end; whatever `loss`, `data` and `checkpoint.save` throw
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

class Run<Batch, Carry> implements Resumable<Batch, Carry>, StepContext<Batch, Carry> {
  readonly options: FitOptions<Batch, Carry>;
  readonly carry: CarryKeeper<Carry>;
  readonly progress = new Progress();
  readonly best: BestKeeper;
  readonly breather = new Breather();
  readonly stopper: Stopper;
  average: WeightAverage | undefined;
  step = 0;
  epoch = 0;
  batch = 0;
  savedAt: string;
  #updated = false;

  constructor(options: FitOptions<Batch, Carry>) {
    this.options = options;
    this.carry = new CarryKeeper<Carry>(options.model);
    this.best = new BestKeeper(options.earlyStopping, options.validate?.restoreBest === true);
    this.stopper = new Stopper(options.signal, options.maxMinutes);
    this.savedAt = this.position;
  }

  async *events(): AsyncGenerator<FitEvent, void, void> {
    const { model, optimizer, averageWeights, resume } = this.options;
    const release = occupy(model, optimizer);
    const restoreModes = rememberModes(model);
    // Whoever leaves the loop sees neither the end of `try` nor `catch`.
    let left = true;
    try {
      if (resume) restore(this, resume);
      if (averageWeights) {
        const weights = resume?.average ?? (await model.stateDict());
        this.average = new WeightAverage(model, averageWeights.decay, weights);
      }
      model.train();
      const reason = yield* this.#epochs();
      if (this.options.checkpoint && this.savedAt !== this.position) yield await this.#save();
      left = false;
      await this.#end();
      yield { type: 'stopped', step: this.step, epoch: this.epoch, reason, best: this.best.state.best };
    } catch (error) {
      left = false;
      throw error;
    } finally {
      try {
        if (left) await this.#end();
      } finally {
        this.carry.dispose();
        this.average?.dispose();
        restoreModes();
        release();
      }
    }
  }

  /** Gives the model the weights that it is to have in the end. */
  async #end(): Promise<void> {
    await checkFinite(this);
    const weights = this.best.weights ?? (await this.average?.stateDict());
    if (weights) this.options.model.loadStateDict(weights);
  }

  async *#epochs(): AsyncGenerator<FitEvent, StopReason, void> {
    while (this.epoch < this.options.epochs) {
      if (this.best.exhausted) return 'earlyStopping';
      if (this.batch === 0 && this.#isLast) return 'maxSteps';
      const reason = (yield* this.#batches()) ?? (yield* this.#endEpoch());
      if (reason) return reason;
    }
    return 'finished';
  }

  get #isLast(): boolean {
    return this.step >= (this.options.maxSteps ?? Number.POSITIVE_INFINITY);
  }

  /** The rest of the current epoch. */
  async *#batches(): AsyncGenerator<FitEvent, StopReason | undefined, void> {
    const { data, validate, checkpoint, accumulate = 1 } = this.options;
    const { stopper } = this;
    const reader = new BatchReader('data', data, { epoch: this.epoch, start: this.batch }, stopper);
    try {
      for (;;) {
        await this.breather.pauseWhenDue();
        if (stopper.reason) return stopper.reason;
        // Looked at before the next batch and not after the last, so that a resumed run does what was still due.
        if (isDue(this.step, validate?.everySteps) && this.best.state.validatedStep !== this.step) {
          const event = await this.#validate(this.epoch);
          if (event === interrupted) return stopper.reason;
          yield* this.#report(event);
          if (this.best.exhausted) return 'earlyStopping';
        }
        if (isDue(this.step, checkpoint?.everySteps) && this.savedAt !== this.position) yield await this.#save();
        const begin = performance.now();
        // Nothing is computed before all are there, so that an update is made as a whole or not at all.
        const batches: Batch[] = [];
        while (batches.length < accumulate) {
          const next = await reader.next();
          if (next === interrupted) return stopper.reason;
          if (!next) break;
          batches.push(next.batch);
          if (this.#isLast) return 'maxSteps';
        }
        if (batches.length === 0) return undefined;
        const event = await this.#step(batches, begin);
        if (event === interrupted) return stopper.reason;
        yield event;
      }
    } finally {
      // A source that waits for something would keep this waiting with it.
      reader.close();
    }
  }

  async #step(batches: readonly Batch[], begin: number): Promise<StepEvent | SkippedEvent | typeof interrupted> {
    const { optimizer, schedule, items, epochs } = this.options;
    const weighted = batches.map((batch) => ({ batch, items: itemsOf(batch, items) }));
    const rateBefore = optimizer.learningRate;
    if (schedule) setLearningRate(optimizer, schedule, this.step);
    const { learningRate } = optimizer;
    const result = await makeStep(this, weighted, { step: this.step + 1, first: !this.#updated });
    if (result === interrupted) {
      optimizer.learningRate = rateBefore;
      return interrupted;
    }
    this.batch += batches.length;
    const { step: before, epoch, batch } = this;
    if (!result) return { type: 'skipped', step: before, epoch, batch };
    this.step++;
    this.#updated = true;
    this.average?.update(this.step);
    const { loss, gradientNorm } = result;
    const count = weighted.reduce((sum, each) => sum + each.items, 0);
    this.progress.addStep(loss, count, performance.now() - begin);
    const { progress, stopper } = this;
    const left = stepsLeft(this.options, this);
    const remaining = Math.min(
      left === undefined ? Number.POSITIVE_INFINITY : progress.millisecondsFor(left),
      stopper.millisecondsLeft,
    );
    return {
      type: 'step',
      step: this.step,
      steps: left === undefined ? undefined : this.step + left,
      epoch,
      epochs,
      batch,
      loss,
      smoothedLoss: progress.smoothedLoss,
      gradientNorm,
      learningRate,
      itemsPerSecond: items && progress.itemsPerSecond,
      elapsedMilliseconds: progress.elapsedMilliseconds,
      remainingMilliseconds: remaining === Number.POSITIVE_INFINITY ? undefined : Math.max(0, remaining),
    };
  }

  /** Validation and schedule at the end of an epoch; the next one begins with them, or, when aborted, this one does not end. */
  async *#endEpoch(): AsyncGenerator<FitEvent, StopReason | undefined, void> {
    const { validate, schedule } = this.options;
    if (this.progress.epochSteps === 0) {
      const what = this.batch === 0 ? 'data gave no batch' : 'no position counts: items gave 0 for every batch';
      throw new OptionError(`fit: ${what} in epoch ${this.epoch}`);
    }
    const validation = validate && validate.everySteps === undefined ? await this.#validate(this.epoch + 1) : undefined;
    if (validation === interrupted) return this.stopper.reason;
    const loss = this.progress.endEpoch();
    if (!validate && isStateful(schedule)) schedule.observe(loss);
    this.epoch++;
    this.batch = 0;
    this.carry.dispose();
    yield { type: 'epoch', step: this.step, epoch: this.epoch, loss } satisfies EpochEvent;
    if (validation) yield* this.#report(validation);
    return this.best.exhausted ? 'earlyStopping' : undefined;
  }

  async #validate(epoch: number): Promise<ValidationEvent | typeof interrupted> {
    const evaluation = await this.#evaluate();
    if (evaluation === interrupted) return interrupted;
    const { loss, metrics } = evaluation;
    const best = this.best.isBest(loss);
    if (best && this.best.keepsWeights) {
      await checkFinite(this);
      this.best.weights = await (this.average ?? this.options.model).stateDict();
    }
    this.best.observe(loss, this.step);
    if (isStateful(this.options.schedule)) this.options.schedule.observe(loss);
    return { type: 'validation', step: this.step, epoch, loss, metrics, best };
  }

  /** With the mean of the weights, where one is kept. */
  async #evaluate(): ReturnType<typeof evaluate> {
    const { model } = this.options;
    if (!this.average) return evaluate(this.options, this.step, this.breather, this.stopper);
    const weights = await model.stateDict();
    model.loadStateDict(await this.average.stateDict());
    try {
      return await evaluate(this.options, this.step, this.breather, this.stopper);
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
    return `${this.step} ${this.epoch} ${this.batch} ${this.best.state.validatedStep}`;
  }
}

function isDue(step: number, every: number | undefined): boolean {
  return every !== undefined && step > 0 && step % every === 0;
}

function isStateful(schedule: Schedule | StatefulSchedule | undefined): schedule is StatefulSchedule {
  return typeof schedule === 'object';
}
