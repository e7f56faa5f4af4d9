import { Device, type FloatDType, type Tensor } from '@sluice/core';
import type { CheckContext, ConformanceCheck } from '../kit/check.ts';
import { compareData } from '../kit/compare.ts';

const steps = 1000;
const shape = [2, 3];
const pulse = [0.75, -0.5, 0.1, -0.99, 1, 0.3];

function unary(kind: 'sigmoid' | 'tanh', x: Tensor): Tensor {
  return x.device.execute(kind, [x], x.shape, x.dtype, (backend, [a]) => backend.unary(kind, a!));
}

function binary(kind: 'add' | 'subtract' | 'multiply', x: Tensor, y: Tensor): Tensor {
  return x.device.execute(kind, [x, y], x.shape, x.dtype, (backend, [a, b]) => backend.binary(kind, a!, b!, x.shape));
}

/** Gates from pre-activations far in the flat parts of the sigmoid: the forget gate open, the input gate shut. */
function gates(device: Device) {
  return { forget: unary('sigmoid', device.full(shape, 100)), input: unary('sigmoid', device.full(shape, -200)) };
}

async function expectPulse({ tolerances }: CheckContext, label: string, got: Tensor, expected: Tensor): Promise<void> {
  const data = await got.data();
  compareData(data, await expected.data(), tolerances, { label, shape, dtype: got.dtype, precision: 'exact' });
}

function carouselCheck(
  name: string,
  dtype: FloatDType,
  run: (context: CheckContext, device: Device) => Promise<void>,
): ConformanceCheck {
  return {
    name: `constant error carousel ${dtype}: ${name}`,
    dtypes: [dtype],
    run: (context) => run(context, new Device(context.backend, { dtype })),
  };
}

/**
 * What an LSTM stands on (Hochreiter & Schmidhuber 1997, section 3.2): with the forget gate open and the input gate shut, the
 * cell state c(t) = f * c(t-1) + i * g, and the error that flows back along it, stay what they are for any time.
 */
export const carouselChecks: readonly ConformanceCheck[] = (['float32', 'float64'] as const).flatMap((dtype) => [
  carouselCheck(`a pulse survives ${steps} steps forwards`, dtype, async (context, device) => {
    const start = device.tensor(pulse, { shape });
    const candidate = device.scope(() => unary('tanh', device.full(shape, 0.8)));
    const { forget, input } = gates(device);
    let cell = binary('multiply', unary('sigmoid', device.full(shape, 100)), start);
    for (let step = 0; step < steps; step++) {
      const before = cell;
      cell = device.scope(() =>
        binary('add', binary('multiply', forget, before), binary('multiply', input, candidate)),
      );
      before.dispose();
    }
    await expectPulse(context, `the cell state after ${steps} steps`, cell, start);
    for (const tensor of [start, candidate, forget, input, cell]) tensor.dispose();
  }),
  carouselCheck(`the gradient survives ${steps} steps backwards`, dtype, async (context, device) => {
    const seed = device.tensor(pulse, { shape });
    const cell = device.full(shape, 0.5);
    const { forget, input } = gates(device);
    let gradient = device.scope(() => binary('multiply', device.ones(shape), seed));
    let gateGradient = device.zeros(shape);
    for (let step = 0; step < steps; step++) {
      const [gradientBefore, gateBefore]: [Tensor, Tensor] = [gradient, gateGradient];
      [gradient, gateGradient] = device.scope(() => {
        // dc(t-1) = dc(t) * f, and through the gate's sigmoid df = dc(t) * c(t-1) * f * (1 - f)
        const slope = binary('multiply', forget, binary('subtract', device.ones(shape), forget));
        const step = binary('multiply', binary('multiply', gradientBefore, cell), slope);
        return [binary('multiply', gradientBefore, forget), binary('add', gateBefore, step)] as const;
      }) as [Tensor, Tensor];
      gradientBefore.dispose();
      gateBefore.dispose();
    }
    await expectPulse(context, `the gradient after ${steps} steps back`, gradient, seed);
    compareData(
      await gateGradient.data(),
      device.dtype === 'float32' ? new Float32Array(6) : new Float64Array(6),
      context.tolerances,
      {
        label: `the gradient of the saturated gate after ${steps} steps back`,
        shape,
        dtype,
        precision: 'rounded',
      },
    );
    for (const tensor of [seed, cell, forget, input, gradient, gateGradient]) tensor.dispose();
  }),
]);
