import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Adam, decodeTraining, encodeTraining, fit, type Optimizer, type TrainingState } from '../index.ts';
import { loadCheckpoint, saveCheckpoint } from '../node.ts';
import { bitsOf, collect, pairs, stepsOf } from '../testing/problems.ts';
import { type Options, setUp } from '../testing/runs.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly losses: Map<number, number>;
  readonly smoothed: Map<number, number>;
  readonly validations: Map<number, number>;
  readonly epochs: Map<number, number>;
  readonly weights: unknown;
  readonly optimizer: unknown;
  readonly random: unknown;
}

async function runAll({ device, model, optimizer, options }: ReturnType<typeof setUp>): Promise<Outcome> {
  const events = await collect(fit(options));
  const steps = stepsOf(events);
  const byStep = (type: string) =>
    new Map(events.flatMap((event) => (event.type === type && 'loss' in event ? [[event.step, event.loss]] : [])));
  return {
    losses: byStep('step'),
    smoothed: new Map(steps.map((event) => [event.step, event.smoothedLoss])),
    validations: byStep('validation'),
    epochs: byStep('epoch'),
    weights: await bitsOf(model),
    optimizer: await optimizer.stateDict(),
    random: device.random.state,
  };
}

const from = (map: ReadonlyMap<number, number>, step: number) => [...map].filter(([key]) => key > step);

describe('a run that is resumed', () => {
  const variants: [
    name: string,
    changed: () => Partial<Options>,
    makeOptimizer?: (o: Options['model']) => Optimizer,
  ][] = [
    ['SGD, validation every 3 steps', () => ({})],
    ['validation at the end of epochs', () => ({ validate: { data: pairs(2, { name: 'validation' }) } })],
    [
      'Adam, a stream, a schedule of the step',
      () => ({ data: pairs(10, { counted: false }), schedule: (step) => 0.1 / (1 + step) }),
      (model) => new Adam(model.parameters()),
    ],
  ];
  const averaged = { decay: 0.8 };
  variants.push(
    ['a mean of the weights, validated and kept', () => ({ averageWeights: averaged })],
    [
      'three batches for each update, with dropout',
      () => ({ data: pairs(28), accumulate: 3, averageWeights: averaged, items: ({ x }) => (x.data[0]! > 0 ? 3 : 1) }),
    ],
  );
  it.each(variants)(
    'goes on bit by bit from the file, wherever it was stopped (%s)',
    async (_name, changed, makeOptimizer) => {
      const straight = await runAll(setUp(changed(), undefined, makeOptimizer));
      expect(straight.losses.size).toBe(40);
      for (const stop of [1, 3, 10, 11, 27, 40]) {
        const path = join(folder, `${stop}.safetensors`);
        const first = setUp(changed(), undefined, makeOptimizer);
        const save = (state: TrainingState) => saveCheckpoint(path, state);
        for await (const event of fit({ ...first.options, checkpoint: { everySteps: stop, save } })) {
          if (event.type === 'checkpoint') break;
        }
        const resume = await loadCheckpoint(path);
        expect(resume.step).toBe(stop);
        const second = setUp({ ...changed(), resume }, undefined, makeOptimizer);
        const { live } = second.device;
        const resumed = await runAll(second);
        expect(second.device.live).toBe(live);
        // The end of an epoch comes after the checkpoint at its last step.
        const ends = second.options.validate?.everySteps === undefined ? stop - 1 : stop;
        expect([...resumed.losses]).toEqual(from(straight.losses, stop));
        expect([...resumed.smoothed]).toEqual(from(straight.smoothed, stop));
        expect([...resumed.epochs]).toEqual(from(straight.epochs, stop - 1));
        expect([...resumed.validations]).toEqual(from(straight.validations, ends));
        expect(resumed.weights).toEqual(straight.weights);
        expect(resumed.optimizer).toEqual(straight.optimizer);
        expect(resumed.random).toEqual(straight.random);
      }
    },
  );

  it('goes on bit by bit from where a signal stopped it, in the middle of a validation too', async () => {
    for (const validate of [{ data: pairs(2) }, { data: pairs(2), everySteps: 5 }]) {
      const straight = await runAll(setUp({ validate }));
      for (const [stop, where] of [
        [4, 'loss'],
        [10, 'validation'],
        [20, 'validation'],
      ] as const) {
        const controller = new AbortController();
        const first = setUp({ validate });
        const { loss } = first.options;
        let steps = 0;
        const aborting: typeof loss = (batch, carry) => {
          if (first.model.training) steps++;
          if (steps === stop && (where === 'loss') === first.model.training) controller.abort();
          return loss(batch, carry);
        };
        let saved: TrainingState | undefined;
        const save = (state: TrainingState) => {
          saved = state;
        };
        const options = { ...first.options, loss: aborting, signal: controller.signal, checkpoint: { save } };
        expect((await collect(fit(options))).at(-1)).toMatchObject({ reason: 'aborted', step: stop });
        const resumed = await runAll(setUp({ validate, resume: decodeTraining(encodeTraining(saved!)) }));
        expect([...resumed.losses]).toEqual(from(straight.losses, stop));
        expect([...resumed.validations]).toEqual(from(straight.validations, where === 'loss' ? stop : stop - 1));
        expect(resumed.weights).toEqual(straight.weights);
      }
    }
  });

  it('is saved at the end, and goes on for more epochs', async () => {
    const straight = await runAll(setUp({ earlyStopping: { patience: 100 } }));
    let saved: TrainingState | undefined;
    const save = (state: TrainingState) => {
      saved = state;
    };
    const earlyStopping = { patience: 100 };
    const events = await collect(fit(setUp({ epochs: 2, earlyStopping, checkpoint: { save } }).options));
    expect(events.slice(-2).map(({ type }) => type)).toEqual(['checkpoint', 'stopped']);
    expect(saved).toMatchObject({ step: 20, epoch: 2, batch: 0 });
    const again = await collect(fit(setUp({ epochs: 2, earlyStopping, resume: saved! }).options));
    expect(again.map(({ type }) => type)).toEqual(['stopped']);
    expect((await runAll(setUp({ earlyStopping, resume: saved! }))).weights).toEqual(straight.weights);
  });

  it('that had stopped early stays stopped, and has its best weights', async () => {
    let saved: TrainingState | undefined;
    const save = (state: TrainingState) => {
      saved = state;
    };
    const earlyStopping = { patience: 0, minimumImprovement: 1e9 };
    const first = setUp({ earlyStopping, checkpoint: { save } });
    expect((await collect(fit(first.options))).at(-1)).toMatchObject({ reason: 'earlyStopping', step: 6 });
    const second = setUp({ earlyStopping, resume: decodeTraining(encodeTraining(saved!)) });
    const events = await collect(fit(second.options));
    expect(events).toMatchObject([{ type: 'stopped', reason: 'earlyStopping', step: 6 }]);
    expect(await bitsOf(second.model)).toEqual(await bitsOf(first.model));
  });
});
