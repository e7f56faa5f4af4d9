import { createJsBackend } from '@sluice/backend-js';
import { Device, type Tensor } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { grad } from '../value-and-grad.ts';
import { layerNorm, logSoftmax, logSumExp, mean, power, softmax, sum } from './index.ts';

const device = new Device(createJsBackend(), { dtype: 'float64' });
const numbers = async (x: Tensor) => [...(await x.data())];
const slope = (compute: (x: Tensor) => Tensor) => (x: Tensor) => grad(() => sum(compute(x)), x);

describe('where everything is minus infinity', () => {
  const none = device.tensor([
    [-Infinity, -Infinity],
    [-Infinity, 1],
  ]);

  it('logSumExp is minus infinity and passes no gradient on', async () => {
    expect(await numbers(logSumExp(none, 1))).toEqual([-Infinity, 1]);
    expect(await numbers(slope((x) => logSumExp(x, 1))(none))).toEqual([0, 0, 0, 1]);
    expect(await numbers(slope(slope((x) => logSumExp(x, 1)))(none))).toEqual([0, 0, 0, 0]);
  });

  it('softmax has no value; a masked entry beside others is 0', async () => {
    expect(await numbers(softmax(none))).toEqual([Number.NaN, Number.NaN, 0, 1]);
    expect(await numbers(logSoftmax(none))).toEqual([Number.NaN, Number.NaN, -Infinity, 0]);
  });
});

describe('power', () => {
  it('has derivatives of any order where the base is 0', async () => {
    const zero = device.tensor([0]);
    const derivatives = async (exponent: number) => {
      let f = (x: Tensor) => power(x, exponent);
      const values: number[] = [];
      for (let order = 0; order < 4; order++, f = slope(f))
        values.push(
          await f(zero)
            .data()
            .then(([y]) => y as number),
        );
      return values;
    };
    expect(await derivatives(0)).toEqual([1, 0, 0, 0]);
    expect(await derivatives(1)).toEqual([0, 1, 0, 0]);
    expect(await derivatives(2)).toEqual([0, 0, 2, 0]);
  });

  it('has mixed derivatives where the exponent is 0: 1 / a', async () => {
    const [a, b] = [device.tensor([4]), device.tensor([0])];
    expect(await numbers(grad(() => sum(grad(() => sum(power(a, b)), a)), b))).toEqual([0.25]);
    expect(await numbers(grad(() => sum(grad(() => sum(power(a, b)), b)), a))).toEqual([0.25]);
  });
});

it('means and layer normalisation of a constant lose nothing to rounding', async () => {
  const single = new Device(createJsBackend());
  for (let size = 1; size < 200; size++) {
    const x = single.full([size], 123456.7);
    expect(new Set(await layerNorm(x).data())).toEqual(new Set([0]));
    expect(Math.abs((await mean(x).item()) - Math.fround(123456.7))).toBeLessThan(0.008);
  }
});
