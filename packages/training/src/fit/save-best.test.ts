import { describe, expect, it } from 'vitest';
import { decodeTraining, encodeTraining, fit, type TrainingState } from '../index.ts';
import { bitsOf, collect, pairs, setUp, stepsOf } from '../testing/problems.ts';

/** Validation losses by a script. */
function scripted(changed: object = {}, everySteps?: number) {
  const script = [5, 4, 4.5, 3, 9, 9, 9, 9];
  let call = 0;
  const made = setUp({ epochs: 4, ...changed });
  const loss: typeof made.options.loss = () => ({ loss: made.device.full([], script[call++]!) });
  const validate = { data: pairs(1), loss, ...(everySteps === undefined ? {} : { everySteps }) };
  return { ...made, options: { ...made.options, validate } };
}

describe('checkpoint.saveBest', () => {
  it.each([undefined, 5])(
    'stores each state that is the best so far, before it is told (every %s steps)',
    async (every) => {
      const { options } = scripted({}, every);
      const best: TrainingState[] = [];
      const notes: string[] = [];
      const checkpoint = { save: () => undefined, saveBest: (state: TrainingState) => void best.push(state) };
      for await (const event of fit({ ...options, checkpoint })) {
        if (event.type === 'validation') notes.push(`validation ${event.step}: ${best.length}`);
        if (event.type === 'checkpoint') notes.push(`${event.best ? 'best' : 'last'} ${event.step}`);
      }
      expect(notes).toEqual([
        ...['validation 5: 1', 'best 5', 'validation 10: 2', 'best 10', 'validation 15: 2'],
        ...['validation 20: 3', 'best 20', 'last 20'],
      ]);
      expect(best.map(({ validation }) => validation.best)).toEqual([
        { loss: 5, step: 5 },
        { loss: 4, step: 10 },
        { loss: 3, step: 20 },
      ]);
    },
  );

  it.each([undefined, 5])('stores what training goes on from bit by bit (every %s steps)', async (everySteps) => {
    const validate = { data: pairs(1), ...(everySteps === undefined ? {} : { everySteps }) };
    const straight = setUp({ epochs: 4, validate });
    const states: TrainingState[] = [];
    const checkpoint = { save: () => undefined, saveBest: (state: TrainingState) => void states.push(state) };
    const events = await collect(fit({ ...straight.options, checkpoint }));
    const resume = decodeTraining(encodeTraining(states[0]!));
    expect([resume.step, resume.validation.validatedStep]).toEqual([5, 5]);
    const resumed = setUp({ epochs: 4, validate, resume });
    const later = await collect(fit(resumed.options));
    expect(stepsOf(later).map(({ loss }) => loss)).toEqual(
      stepsOf(events)
        .slice(5)
        .map(({ loss }) => loss),
    );
    expect(later.filter(({ type }) => type === 'validation')).toEqual(
      events.filter(({ type, step }) => type === 'validation' && step > 5),
    );
    expect(await bitsOf(resumed.model)).toEqual(await bitsOf(straight.model));
  });
});
