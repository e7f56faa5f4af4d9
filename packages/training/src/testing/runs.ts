import { type FitOptions, fit, type Optimizer, ReduceOnPlateau, SGD, type TrainingState } from '../index.ts';
import { type Carry, collect, type Pair, pairs, toy } from './problems.ts';

export type Options = FitOptions<Pair, Carry>;

/** 4 epochs of 10 batches with everything that has a state. */
export function setUp(
  changed: Partial<Options> = {},
  hiddenSize?: number,
  makeOptimizer?: (o: Options['model']) => Optimizer,
) {
  const { device, model, loss } = toy(hiddenSize);
  const optimizer =
    makeOptimizer?.(model) ?? new SGD(model.parameters(), { learningRate: 0.1, momentum: 0.9, weightDecay: 1e-3 });
  const schedule = new ReduceOnPlateau({ learningRate: 0.1, factor: 0.5, patience: 0, threshold: 0.05 });
  const options: Options = {
    model,
    optimizer,
    schedule,
    loss,
    data: pairs(10),
    epochs: 4,
    clip: { globalNorm: 1 },
    validate: { data: pairs(2, { name: 'validation' }), everySteps: 3, restoreBest: true },
    earlyStopping: { patience: 100 },
    ...changed,
  };
  return { device, model, optimizer, options };
}

/** A state in the middle of an epoch, with a caller's own data. */
export async function savedState(changed: Partial<Options> = {}): Promise<TrainingState> {
  let saved: TrainingState | undefined;
  const save = (state: TrainingState) => {
    saved = state;
  };
  const config = { vocabulary: ['a', 'ü'], size: 3, nested: { none: null } };
  await collect(fit(setUp({ epochs: 1, ...changed, checkpoint: { everySteps: 7, save, config } }).options));
  return saved!;
}
