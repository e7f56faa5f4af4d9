import { negate, sum, valueAndGrad } from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import { Device, type Tensor } from '@sluice/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CRF, constant } from '../index.ts';
import { checkDerivatives, distance, refusal, Workbench, weigh } from '../testing/support.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench(createJsBackend());
});
afterEach(() => {
  expect(bench.finish()).toBe(0);
});

const crfOf = (tags: number) => {
  const crf = bench.own(new CRF(bench.device, { tags }));
  for (const parameter of crf.parameters().values()) {
    parameter.assign(bench.device.tensor(bench.device.random.normal(parameter.size), { shape: parameter.shape }));
  }
  return crf;
};

/** Scores of all paths of a row, by their tags. */
async function scoresOfPaths(crf: CRF, emissions: Tensor, row: number, length: number): Promise<Map<string, number>> {
  const { transitions, start, end } = await crf.scores();
  const data = await emissions.data();
  const batch = emissions.shape[1]!;
  const scores = new Map<string, number>();
  const walk = (path: readonly number[], score: number): void => {
    const t = path.length;
    const last = path[t - 1]!;
    if (t === length) {
      scores.set(path.join(), score + end[last]!);
      return;
    }
    for (let tag = 0; tag < crf.tags; tag++) {
      const step = t === 0 ? start[tag] : transitions[last * crf.tags + tag];
      walk([...path, tag], score + step! + data[(t * batch + row) * crf.tags + tag]!);
    }
  };
  walk([], 0);
  return scores;
}

it('is the share of a path among all paths', async () => {
  const [time, batch] = [4, 3];
  const path = [0, 1, 2, 2, 2, 0, 1, 0, 0, 1, 1, 2];
  const tags = bench.int(path, [time, batch]);
  for (const lengths of [undefined, [4, 2, 1], [2, 3, 2]]) {
    const crf = crfOf(3);
    const emissions = bench.normal([time, batch, 3]);
    const found = await bench.read(crf.call(emissions, tags, { lengths }));
    for (let row = 0; row < batch; row++) {
      const length = lengths?.[row] ?? time;
      const scores = await scoresOfPaths(crf, emissions, row, length);
      const total = [...scores.values()].reduce((sum, score) => sum + Math.exp(score), 0);
      const own = Array.from({ length }, (_, t) => path[t * batch + row]).join();
      expect(found[row]).toBeCloseTo((scores.get(own) as number) - Math.log(total), 12);
    }
  }
});

it('is the likelihood of each tag where nothing connects them', async () => {
  const crf = bench.own(new CRF(bench.device, { tags: 2, initializer: constant(0) }));
  const emissions = bench.tensor([0, Math.log(3), Math.log(4), 0], [2, 1, 2]);
  const [likelihood] = await bench.read(crf.call(emissions, bench.int([1, 0], [2, 1])));
  expect(likelihood).toBeCloseTo(Math.log((3 / 4) * (4 / 5)), 12);
});

it('has the gradients of its values, by emissions and by scores', async () => {
  for (const lengths of [undefined, [5, 3, 0], [2, 2, 1]]) {
    const crf = crfOf(4);
    const emissions = bench.own(bench.parameter([5, 3, 4]));
    const tags = bench.int([0, 3, 1, 1, 2, 0, 3, 3, 2, 0, 1, 1, 2, 0, 0], [5, 3]);
    const targets = new Map([...crf.parameters(), ['emissions', emissions]]);
    await checkDerivatives(() => weigh(crf.call(emissions, tags, { lengths })), targets);
  }
});

it('sees nothing beyond the end of a row', async () => {
  const crf = crfOf(3);
  const values = bench.device.random.normal(4 * 2 * 3);
  const lengths = [1, 3];
  const beyond = (i: number) => Math.floor(i / 6) >= lengths[Math.floor(i / 3) % 2]!;
  const path = [0, 1, 2, 2, 1, 0, 1, 1];
  const outcome = async (stray: number, strayTag: number) => {
    const emissions = bench.tensor(
      values.map((value, i) => (beyond(i) ? stray : value)),
      [4, 2, 3],
    );
    const tags = bench.int(
      path.map((tag, i) => (beyond(3 * i) ? strayTag : tag)),
      [4, 2],
    );
    const targets = { emissions, transitions: crf.transitions, end: crf.end };
    const { value, gradients } = await bench.read(
      valueAndGrad(() => sum(crf.call(emissions, tags, { lengths })), targets),
    );
    return [...value, ...gradients.emissions, ...gradients.transitions, ...gradients.end];
  };
  expect(distance(await outcome(Number.NaN, -100), await outcome(0, 1))).toBe(0);
});

it('gives a row without steps the likelihood 1, and no gradient', async () => {
  const crf = crfOf(2);
  const emissions = bench.normal([3, 2, 2]);
  const tags = bench.int([0, 1, 1, 1, 0, 0], [3, 2]);
  expect(Math.abs((await bench.read(crf.call(emissions, tags, { lengths: [0, 2] })))[0]!)).toBe(0);
  expect([...(await bench.read(crf.call(emissions, tags, { lengths: [0, 0] })))]).toEqual([0, 0]);
  const { gradients } = await bench.read(
    valueAndGrad(() => sum(crf.call(emissions, tags, { lengths: [0, 0] })), crf.parameters()),
  );
  expect([...gradients.values()].every((slopes) => slopes.every((slope: number) => slope === 0))).toBe(true);
});

it('gives what -Infinity forbids no probability and no gradient', async () => {
  const crf = crfOf(2);
  const never = Number.NEGATIVE_INFINITY;
  crf.transitions.assign(bench.device.tensor([0, 0, 0, never], { shape: [2, 2] }));
  const emissions = bench.tensor([0, 9, 0, 9], [2, 1, 2]);
  const scores = await scoresOfPaths(crf, emissions, 0, 2);
  const total = [...scores.values()].reduce((sum, score) => sum + Math.exp(score), 0);
  const tags = bench.int([1, 0], [2, 1]);
  const { value, gradients } = await bench.read(
    valueAndGrad(() => negate(sum(crf.call(emissions, tags))), crf.parameters()),
  );
  expect(value[0]).toBeCloseTo(Math.log(total) - (scores.get('1,0') as number), 12);
  expect(Math.abs(gradients.get('transitions')?.[3] ?? Number.NaN)).toBe(0);
  expect((await bench.read(crf.call(emissions, bench.int([1, 1], [2, 1]))))[0]).toBe(never);
  // What stands beyond the end takes no forbidden step either.
  crf.transitions.assign(bench.device.tensor([never, 0, 0, 0], { shape: [2, 2] }));
  const [alone] = await bench.read(crf.call(bench.tensor([0, 9], [1, 1, 2]), bench.int([1], [1, 1])));
  const pair = bench.tensor([0, 9, 1, 1, 0, 9, 1, 1], [2, 2, 2]);
  const [padded] = await bench.read(crf.call(pair, bench.int([1, 0, 0, 1], [2, 2]), { lengths: [1, 2] }));
  expect(padded).toBeCloseTo(alone!, 12);
});

it('stays finite in float32 over many steps', async () => {
  const device = new Device(createJsBackend());
  using crf = new CRF(device, { tags: 3 });
  const emissions = device.tensor(Float32Array.from({ length: 500 * 3 }, (_, i) => (i % 3 === 0 ? 90 : -90)));
  const shaped = { shape: [500, 1, 3], data: await emissions.data(), dtype: 'float32' } as const;
  const tags = device.tensor(new Int32Array(500).fill(1), { shape: [500, 1] });
  const { value, gradients } = valueAndGrad(() => sum(crf.call(device.tensor(shaped), tags)), crf.parameters());
  expect((await value.item()) / (-180 * 500)).toBeCloseTo(1, 2);
  for (const gradient of gradients.values()) expect((await gradient.data()).every(Number.isFinite)).toBe(true);
});

it('says what is wrong', () => {
  const crf = crfOf(3);
  const { device } = bench;
  const emissions = bench.normal([2, 2, 3]);
  const tags = bench.int([0, 1, 2, 0], [2, 2]);
  const messages: readonly [work: () => unknown, message: string][] = [
    [() => new CRF(device, { tags: 0 }), 'OptionError crf: tags is 0, expected a whole number of at least 1'],
    [
      () => crf.call(bench.normal([2, 2, 4]), tags),
      'ShapeError crf: emissions has shape [2, 2, 4], expected [time, batch, 3]',
    ],
    [() => crf.call(emissions, bench.int([0, 1])), 'ShapeError crf: tags has shape [2], expected [2, 2]'],
    [() => crf.call(emissions, bench.normal([2, 2])), 'DTypeError crf: tags has dtype float64, expected int32'],
    [
      () => crf.call(emissions, tags, { lengths: [2] }),
      'ShapeError crf: lengths has 1 entries, expected 2, one per row of the batch',
    ],
    [
      () => crf.call(emissions, tags, { lengths: [2, 3] }),
      'OptionError crf: lengths[1] is 3, expected a whole number from 0 to 2',
    ],
  ];
  for (const [work, message] of messages) expect(refusal(work)).toBe(message);
  expect(refusal(() => crf.call(emissions, bench.int([0, 1, 3, 0], [2, 2])))).toMatch(/^IndexError/);
});
