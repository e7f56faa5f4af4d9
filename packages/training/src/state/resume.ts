import { FormatError, Random, type Shape, sameShape } from '@sluice/core';
import type { Module } from '@sluice/layers';
import type { WeightAverage } from '../fit/average.ts';
import type { BestKeeper } from '../fit/best.ts';
import type { CarryKeeper } from '../fit/carry.ts';
import { checkFiniteState } from '../fit/finite-state.ts';
import type { FitOptions } from '../fit/options.ts';
import type { Breather } from '../fit/pause.ts';
import type { Progress } from '../fit/progress.ts';
import type { TrainingState } from './training-state.ts';
import { flattenTree, rebuildTree } from './tree.ts';

/** All of a training run that is saved and restored. */
export interface Resumable<Batch, Carry> {
  readonly options: FitOptions<Batch, Carry>;
  readonly carry: CarryKeeper<Carry>;
  readonly progress: Progress;
  readonly best: BestKeeper;
  readonly average: WeightAverage | undefined;
  readonly breather: Breather;
  step: number;
  epoch: number;
  batch: number;
  /** How far the run is, for comparison. */
  readonly position: string;
  /** Where the state was saved last, or restored: there is nothing to save before the position changes. */
  savedAt: string;
}

/** @throws NonFiniteError when the state of a run is not finite: it must not take the place of one that is */
export function checkFinite<Batch, Carry>(run: Resumable<Batch, Carry>): Promise<void> {
  const { step, average, carry, breather, options } = run;
  const { model, optimizer } = options;
  return checkFiniteState({ model, optimizer, average, carry: carry.value, step }, breather);
}

/**
 * Copies everything that the rest of a run depends on. Others have their turn between its parts.
 * @throws as `checkFinite`
 */
export async function snapshot<Batch, Carry>(run: Resumable<Batch, Carry>): Promise<TrainingState> {
  await checkFinite(run);
  const { model, optimizer, schedule, checkpoint } = run.options;
  const part = async <R>(copied: Promise<R> | undefined) => {
    const value = await copied;
    await run.breather.pauseWhenDue();
    return value as R;
  };
  return {
    step: run.step,
    epoch: run.epoch,
    batch: run.batch,
    config: checkpoint?.config ?? null,
    model: await part(model.stateDict()),
    optimizer: await part(optimizer.stateDict()),
    schedule: typeof schedule === 'object' ? schedule.state : undefined,
    random: model.device.random.state,
    carry: await part(flattenTree(run.carry.value)),
    progress: run.progress.state,
    validation: run.best.state,
    best: run.best.weights,
    average: await part(run.average?.stateDict()),
  };
}

/**
 * Continues a run from a state.
 * @throws FormatError naming the state's source when a part of it does not fit; nothing has changed then
 */
export function restore<Batch, Carry>(run: Resumable<Batch, Carry>, state: TrainingState): void {
  const { model, optimizer, schedule, data, averageWeights } = run.options;
  const source = state.source ?? 'resume';
  const attempt = <R>(what: string, work: () => R): R => {
    try {
      return work();
    } catch (cause) {
      throw new FormatError(`${source}: ${what} does not fit: ${(cause as Error).message}`, { cause });
    }
  };
  if (state.batch > (data.batchesPerEpoch ?? Number.POSITIVE_INFINITY)) {
    const has = `${data.batchesPerEpoch} batches per epoch`;
    throw new FormatError(`${source}: the data do not fit: ${state.batch} batches were used, but there are ${has}`);
  }
  if ((state.schedule !== undefined) !== (typeof schedule === 'object')) {
    const [saved, given] = state.schedule ? ['a', 'none'] : ['no', 'one'];
    throw new FormatError(`${source}: the schedule does not fit: ${saved} state is saved, but ${given} is needed`);
  }
  if ((state.average !== undefined) !== (averageWeights !== undefined)) {
    const [saved, given] = state.average ? ['one', 'none'] : ['none', 'one'];
    throw new FormatError(`${source}: the mean of the weights does not fit: ${saved} is saved, but ${given} is kept`);
  }
  attempt('the random state', () => new Random(state.random));
  // Where the model does not fit, what it says tells more than what its optimizer would.
  if (fits(model, state.model)) attempt('the optimizer state', () => optimizer.checkStateDict(state.optimizer));
  if (state.average && fits(model, state.model) && !fits(model, state.average)) {
    throw new FormatError(`${source}: the mean of the weights does not fit: its shapes are not those of the model`);
  }
  const carry = attempt('the carry', () => rebuildTree(model.device, state.carry)) as Carry | undefined;
  run.carry.replace(carry);
  const scheduleBefore = typeof schedule === 'object' ? schedule.state : undefined;
  attempt('the schedule', () => setSchedule(run, state.schedule));
  try {
    attempt('the model', () => model.loadStateDict(state.model));
  } catch (error) {
    setSchedule(run, scheduleBefore);
    throw error;
  }
  optimizer.loadStateDict(state.optimizer);
  model.device.random.state = state.random;
  run.step = state.step;
  run.epoch = state.epoch;
  run.batch = state.batch;
  run.progress.state = state.progress;
  run.best.state = state.validation;
  run.best.weights = state.best;
  run.savedAt = run.position;
}

function setSchedule<Batch, Carry>(run: Resumable<Batch, Carry>, state: TrainingState['schedule']): void {
  const { schedule } = run.options;
  if (state && typeof schedule === 'object') schedule.state = state;
}

function fits(model: Module, weights: TrainingState['model']): boolean {
  const parameters = model.parameters();
  const known = (name: string, shape: Shape) => sameShape(parameters.get(name)?.shape ?? [-1], shape);
  return weights.size === parameters.size && [...weights].every(([name, { shape }]) => known(name, shape));
}
