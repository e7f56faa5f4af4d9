import { Device, DeviceError, DisposedError, type Tensor } from '@sluice/core';
import { type CheckContext, type ConformanceCheck, demand, errorOf } from '../kit/check.ts';
import { compareData } from '../kit/compare.ts';

/** A check on a device of the backend, and that the device holds nothing when it is over. */
function deviceCheck(
  name: string,
  run: (device: Device, context: CheckContext) => Promise<void> | void,
): ConformanceCheck {
  return {
    name: `device: ${name}`,
    dtypes: ['float32'],
    async run(context) {
      const device = new Device(context.backend);
      await run(device, context);
      demand(device.live === 0, `device: ${name}: ${device.live} storages live at the end, expected 0`);
      demand(device.liveBytes === 0, `device: ${name}: ${device.liveBytes} bytes live at the end, expected 0`);
    },
  };
}

function double(x: Tensor): Tensor {
  return x.device.execute('double', [x], x.shape, x.dtype, (backend, [a]) => backend.binary('add', a!, a!, x.shape));
}

async function expectData({ tolerances }: CheckContext, label: string, x: Tensor, expected: readonly number[]) {
  compareData(await x.data(), Float32Array.from(expected), tolerances, {
    label: `device: ${label}`,
    shape: x.shape,
    dtype: x.dtype,
    precision: 'exact',
  });
}

export const deviceChecks: readonly ConformanceCheck[] = [
  deviceCheck('counts what lives', (device) => {
    const x = device.zeros([2, 3]);
    const y = device.tensor([[1, 2, 3]]);
    demand(device.live === 2, `device: live is ${device.live} after two tensors, expected 2`);
    demand(device.liveBytes === 36, `device: liveBytes is ${device.liveBytes} for nine float32, expected 36`);
    x.dispose();
    y.dispose();
    y.dispose();
  }),
  deviceCheck('the results of nested scopes survive, the rest is freed', async (device, context) => {
    const x = device.tensor([1, -2]);
    const result = device.scope(() => {
      const inner = device.scope(() => double(double(x)));
      double(inner);
      return { list: [double(inner)], map: new Map([['inner', inner]]) };
    });
    demand(device.live === 3, `device: live is ${device.live} after the scopes, expected 3`);
    await expectData(context, 'a result of a scope', result.list[0]!, [8, -16]);
    await expectData(context, 'a result of an inner scope', result.map.get('inner') as Tensor, [4, -8]);
    await expectData(context, 'a tensor from outside the scopes', x, [1, -2]);
    for (const tensor of [x, result.list[0], result.map.get('inner')]) tensor?.dispose();
  }),
  deviceCheck('a scope that throws frees what it made', async (device) => {
    const failure = new Error('on purpose');
    const caught = await errorOf('device: a scope that throws', () =>
      device.scope((): void => {
        double(device.ones([64]));
        throw failure;
      }),
    );
    demand(caught === failure, `device: the scope threw ${String(caught)}, expected the error of its callback`);
  }),
  deviceCheck('use after free names the operation', async (device) => {
    const x = device.ones([3]);
    x.dispose();
    const error = await errorOf('device: an operation on a freed tensor', () => double(x));
    demand(error instanceof DisposedError, `device: threw ${String(error)}, expected a DisposedError`);
    demand(error.message.startsWith('double: '), `device: "${error.message}" does not name the operation`);
    const late = await errorOf('device: data() of a freed tensor', () => x.data());
    demand(late instanceof DisposedError, `device: threw ${String(late)}, expected a DisposedError`);
  }),
  deviceCheck('operands of two devices are refused', async (device, { backend }) => {
    const other = new Device(backend);
    const x = device.ones([3]);
    const y = other.ones([3]);
    const error = await errorOf('device: operands of two devices', () =>
      device.execute('join', [x, y], [3], 'float32', (kernels, [a, b]) => kernels.binary('add', a!, b!, [3])),
    );
    demand(error instanceof DeviceError, `device: threw ${String(error)}, expected a DeviceError`);
    demand(error.message.startsWith('join: '), `device: "${error.message}" does not name the operation`);
    x.dispose();
    y.dispose();
  }),
  deviceCheck('a download that waits outlives the tensor', async (device, context) => {
    const [x, y] = device.scope(() => [device.tensor([1, 2, 3]), double(device.tensor([4, 5, 6]))]);
    const waiting = y.data();
    y.dispose();
    x.dispose();
    const other = device.full([3], -1);
    compareData(await waiting, Float32Array.of(8, 10, 12), context.tolerances, {
      label: 'device: a download begun before dispose()',
      shape: [3],
      dtype: 'float32',
      precision: 'exact',
    });
    other.dispose();
  }),
  deviceCheck('2,000 steps in scopes hold on to nothing', async (device, context) => {
    let state = device.tensor([1, 0.5, -0.25]);
    for (let step = 0; step < 2000; step++) {
      const before: Tensor = state;
      state = device.scope(() => {
        const half = device.execute('half', [before, device.full([], 0.5)], [3], 'float32', (backend, [a, b]) =>
          backend.binary('multiply', a!, b!, [3]),
        );
        return double(half);
      });
      before.dispose();
    }
    demand(device.live === 1, `device: live is ${device.live} after 2,000 steps, expected 1`);
    await expectData(context, 'the state after 2,000 steps', state, [1, 0.5, -0.25]);
    state.dispose();
  }),
];
