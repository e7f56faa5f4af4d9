import { OptionError, Random } from '@sluice/core';
import { expect, it } from 'vitest';
import {
  cosineRestarts,
  exponentialDecay,
  linearWarmUp,
  oneCycle,
  ReduceOnPlateau,
  type ReduceOnPlateauOptions,
  type Schedule,
  stepDecay,
} from '../index.ts';

const at = (schedule: Schedule, ...steps: number[]) => steps.map(schedule);
const near = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-12);
  });
};

it('decays in steps', () => {
  near(at(stepDecay({ learningRate: 1, every: 30 }), 0, 29, 30, 59, 60), [1, 1, 0.1, 0.1, 0.01]);
  near(at(stepDecay({ learningRate: 2, every: 2, factor: 0.5 }), 0, 1, 2, 4), [2, 2, 1, 0.5]);
});

it('decays exponentially', () => {
  near(at(exponentialDecay({ learningRate: 1, factor: 0.9 }), 0, 1, 2), [1, 0.9, 0.81]);
  near(at(exponentialDecay({ learningRate: 1, factor: 0.25, every: 4 }), 0, 2, 4, 8), [1, 0.5, 0.25, 0.0625]);
});

it('falls along a cosine and restarts', () => {
  const even = cosineRestarts({ learningRate: 1, period: 4 });
  near(at(even, 0, 1, 2, 3, 4, 6), [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 1, 0.5]);
  // Periods of 2, 4 and 8 steps.
  const growing = cosineRestarts({ learningRate: 1, period: 2, multiplier: 2, minimum: 0.2 });
  near(at(growing, 0, 1, 2, 4, 6, 10, 14), [1, 0.6, 1, 0.6, 1, 0.6, 1]);
});

it('warms up and goes on with another schedule from its beginning', () => {
  near(at(linearWarmUp({ steps: 4, schedule: 0.3 }), 0, 2, 4, 9), [0.1, 0.2, 0.3, 0.3]);
  const composed = linearWarmUp({
    steps: 2,
    startFactor: 0.5,
    schedule: exponentialDecay({ learningRate: 1, factor: 0.5 }),
  });
  near(at(composed, 0, 1, 2, 3, 4), [0.5, 0.75, 1, 0.5, 0.25]);
});

it('makes one cycle', () => {
  // By the definition with 10 steps: up from 0.04 at step 0 to 1 at step 2, down to 4e-6 at step 9.
  const schedule = oneCycle({ maximum: 1, steps: 10 });
  const fall = (k: number) => 4e-6 + ((1 - 4e-6) * (1 + Math.cos((Math.PI * k) / 7))) / 2;
  near(at(schedule, 0, 1, 2), [0.04, 0.52, 1]);
  near(at(schedule, 3, 5, 8, 9, 10, 99), [fall(1), fall(3), fall(6), 4e-6, 4e-6, 4e-6]);
  const other = oneCycle({ maximum: 2, steps: 8, rise: 0.5, startDivisor: 10, endDivisor: 2 });
  near(at(other, 0, 3, 5, 7), [0.2, 2, 1.05, 0.1]);
  near(at(oneCycle({ maximum: 1, steps: 4, rise: 0 }), 3), [4e-6]);
});

it.each<[make: () => Schedule, message: string]>([
  [() => stepDecay({ learningRate: 1, every: 0 }), 'stepDecay: every is 0, expected a whole number of at least 1'],
  [() => stepDecay({ learningRate: -1, every: 1 }), 'stepDecay: learningRate is -1, expected a finite number of at'],
  [() => stepDecay({ learningRate: 1, every: 1, factor: -1 }), 'stepDecay: factor is -1'],
  [() => exponentialDecay({ learningRate: Number.NaN, factor: 1 }), 'exponentialDecay: learningRate is NaN'],
  [() => exponentialDecay({ learningRate: 1, factor: -1 }), 'exponentialDecay: factor is -1'],
  [() => exponentialDecay({ learningRate: 1, factor: 1, every: 0.5 }), 'exponentialDecay: every is 0.5'],
  [() => cosineRestarts({ learningRate: 1, period: 1.5 }), 'cosineRestarts: period is 1.5'],
  [() => cosineRestarts({ learningRate: 1, period: 1, multiplier: 0 }), 'cosineRestarts: multiplier is 0'],
  [() => cosineRestarts({ learningRate: 1, period: 1, minimum: -1 }), 'cosineRestarts: minimum is -1'],
  [() => linearWarmUp({ steps: 0, schedule: 1 }), 'linearWarmUp: steps is 0'],
  [() => linearWarmUp({ steps: 1, schedule: -1 }), 'linearWarmUp: schedule is -1'],
  [
    () => linearWarmUp({ steps: 1, schedule: 1, startFactor: 2 }),
    'linearWarmUp: startFactor is 2, expected a number from 0 to 1',
  ],
  [() => oneCycle({ maximum: 1, steps: 1 }), 'oneCycle: steps is 1, expected a whole number of at least 2'],
  [() => oneCycle({ maximum: -1, steps: 2 }), 'oneCycle: maximum is -1'],
  [() => oneCycle({ maximum: 1, steps: 2, rise: 1.1 }), 'oneCycle: rise is 1.1'],
  [() => oneCycle({ maximum: 1, steps: 2, startDivisor: 0 }), 'oneCycle: startDivisor is 0, expected a number above 0'],
  [() => oneCycle({ maximum: 1, steps: 2, endDivisor: -1 }), 'oneCycle: endDivisor is -1'],
])('refuses options outside their range (%#)', (make, message) => {
  expect(make).toThrow(OptionError);
  expect(make).toThrow(message);
});

function ratesOf(schedule: ReduceOnPlateau, losses: readonly number[]): number[] {
  return losses.map((loss) => {
    schedule.observe(loss);
    return schedule.learningRate;
  });
}

it('reduces the rate after more bad losses than its patience', () => {
  const schedule = new ReduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 2, minimum: 0.2 });
  const losses = [5, 4, 4, 4, 4, 4, Number.NaN, 4, 4, 4, 4, 4, 4, 4];
  const rates = [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2];
  expect(ratesOf(schedule, losses)).toEqual(rates);
});

it('counts small improvements as none, and waits while it cools down', () => {
  const strict = new ReduceOnPlateau({ learningRate: 1, patience: 0, threshold: 0.1 });
  expect(ratesOf(strict, [10, 9.5, 8.9])).toEqual([1, 0.1, 0.1]);
  const cooling = new ReduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 0, cooldown: 2 });
  expect(ratesOf(cooling, [1, 1, 1, 1, 1, 1])).toEqual([1, 0.5, 0.5, 0.5, 0.25, 0.25]);
});

it.each([
  ['min', -1],
  ['max', 1],
  ['max', -1],
  ['min', 0],
  ['max', 0],
] as const)('reduces the rate where nothing improves: mode %s at %d', (mode, value) => {
  for (const thresholdMode of ['relative', 'absolute'] as const) {
    const schedule = new ReduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 2, mode, thresholdMode });
    expect(ratesOf(schedule, Array(8).fill(value))).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  }
});

it('takes thresholds off the better side of the best, whatever its sign', () => {
  type Case = [options: Partial<ReduceOnPlateauOptions>, best: number, worse: number, better: number];
  const cases: Case[] = [
    [{}, 10, 9.001, 8.999],
    [{}, -10, -10.999, -11.001],
    [{ mode: 'max' }, 10, 10.999, 11.001],
    [{ mode: 'max' }, -10, -9.001, -8.999],
    [{ thresholdMode: 'absolute' }, 10, 9.901, 9.899],
    [{ thresholdMode: 'absolute' }, -10, -10.099, -10.101],
    [{ thresholdMode: 'absolute', mode: 'max' }, 10, 10.099, 10.101],
    [{ thresholdMode: 'absolute', mode: 'max' }, -10, -9.901, -9.899],
    [{ thresholdMode: 'absolute', threshold: 3 }, 1, -1.9, -2.1],
    [{}, 0, 0, -1e-9],
    [{ mode: 'max' }, 0, 0, 1e-9],
    [{ mode: 'max' }, 0.5, Number.POSITIVE_INFINITY, 0.6],
  ];
  for (const [options, best, worse, better] of cases) {
    const make = () => new ReduceOnPlateau({ learningRate: 1, patience: 0, threshold: 0.1, ...options });
    expect(ratesOf(make(), [best, better])).toEqual([1, 1]);
    expect(ratesOf(make(), [best, worse])).toEqual([1, 0.1]);
  }
});

it("is PyTorch's rule above 0, to the bit", () => {
  const random = new Random(5);
  for (const mode of ['min', 'max'] as const) {
    for (const thresholdMode of ['relative', 'absolute'] as const) {
      const threshold = 0.1;
      const schedule = new ReduceOnPlateau({
        learningRate: 1,
        factor: 0.5,
        patience: 1,
        threshold,
        mode,
        thresholdMode,
      });
      let best = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      let [bad, rate] = [0, 1];
      for (let k = 0; k < 300; k++) {
        // Hundredths meet the limit exactly again and again.
        const value = (mode === 'min' ? 700 - 2 * k + random.integer(0, 40) : 50 + 2 * k + random.integer(0, 40)) / 100;
        // torch.optim.lr_scheduler.ReduceLROnPlateau.is_better
        const rel = mode === 'min' ? value < best * (1 - threshold) : value > best * (threshold + 1);
        const abs = mode === 'min' ? value < best - threshold : value > best + threshold;
        if (thresholdMode === 'relative' ? rel : abs) [best, bad] = [value, 0];
        else bad++;
        if (bad > 1) [rate, bad] = [rate * 0.5, 0];
        schedule.observe(value);
        expect(schedule.learningRate).toBe(rate);
      }
    }
  }
});

it('goes on from a state of before there were modes', () => {
  const schedule = new ReduceOnPlateau({ learningRate: 1, factor: 0.5, patience: 1 });
  schedule.state = { learningRate: 0.25, bad: 1, cooling: 0, best: -3 };
  expect(ratesOf(schedule, [-3])).toEqual([0.125]);
});

it('goes on from a saved state', () => {
  const options = { learningRate: 1, factor: 0.5, patience: 1, cooldown: 1 };
  const losses = [3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1];
  const straight = ratesOf(new ReduceOnPlateau(options), losses);
  for (let k = 0; k <= losses.length; k++) {
    const first = new ReduceOnPlateau(options);
    const before = ratesOf(first, losses.slice(0, k));
    const second = new ReduceOnPlateau(options);
    second.state = JSON.parse(JSON.stringify(first.state));
    expect([...before, ...ratesOf(second, losses.slice(k))]).toEqual(straight);
  }
});

it('refuses a state and options that do not fit', () => {
  const schedule = new ReduceOnPlateau({ learningRate: 1 });
  const { state } = schedule;
  expect(() => {
    schedule.state = { learningRate: -1, bad: 0, cooling: 0 };
  }).toThrow('ReduceOnPlateau: the state does not fit: it is {"learningRate":-1,"bad":0,"cooling":0}');
  expect(schedule.state).toEqual(state);
  const make = (options: object) => () => new ReduceOnPlateau({ learningRate: 1, ...options });
  expect(make({ learningRate: -1 })).toThrow('ReduceOnPlateau: learningRate is -1, expected a finite number');
  expect(make({ factor: 1 })).toThrow('ReduceOnPlateau: factor is 1, expected from 0 to below 1');
  expect(make({ patience: -1 })).toThrow('ReduceOnPlateau: patience is -1, expected a whole number of at least 0');
  expect(make({ threshold: 1 })).toThrow('ReduceOnPlateau: threshold is 1');
  expect(make({ cooldown: 0.5 })).toThrow('ReduceOnPlateau: cooldown is 0.5');
  expect(make({ minimum: Number.NaN })).toThrow('ReduceOnPlateau: minimum is NaN');
  expect(make({ mode: 'least' })).toThrow('ReduceOnPlateau: mode is least, expected min or max');
  expect(make({ thresholdMode: 'rel' })).toThrow(
    'ReduceOnPlateau: thresholdMode is rel, expected relative or absolute',
  );
  const absolute = { thresholdMode: 'absolute', threshold: Number.POSITIVE_INFINITY };
  expect(make(absolute)).toThrow('ReduceOnPlateau: threshold is Infinity, expected a finite number of at least 0');
  expect(() => {
    schedule.state = { ...state, learningRate: Number.POSITIVE_INFINITY };
  }).toThrow('ReduceOnPlateau: the state does not fit');
  expect(() => {
    schedule.state = undefined as never;
  }).toThrow('ReduceOnPlateau: the state does not fit: it is undefined');
});
