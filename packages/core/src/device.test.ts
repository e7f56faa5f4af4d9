import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Device, type Guard } from './device.ts';
import { DeviceError, DisposedError, DTypeError, OptionError, ShapeError, UnsupportedError } from './errors.ts';
import { Parameter, type Tensor } from './tensor.ts';
import { createFakeBackend } from './testing/fake-backend.ts';

let device: Device;

beforeEach(() => {
  device = new Device(createFakeBackend().backend, { seed: 1 });
});

/** A new tensor that an operation on `inputs` could have made. */
function derive(...inputs: Tensor[]): Tensor {
  return device.execute('derive', inputs, [2], 'float32', (backend) => backend.fill(2, inputs.length, 'float32'));
}

describe('a device', () => {
  it('makes tensors of its float type, and of others when asked', async () => {
    const double = new Device(createFakeBackend().backend, { dtype: 'float64' });
    expect([device.zeros([2]).dtype, double.zeros([2]).dtype, double.tensor([1]).dtype]).toEqual([
      'float32',
      'float64',
      'float64',
    ]);
    expect(await device.full([2, 1], 7, 'int32').data()).toEqual(Int32Array.of(7, 7));
    expect(await device.ones([2], 'bool').data()).toEqual(Uint8Array.of(1, 1));
    expect(await device.zeros([]).data()).toEqual(Float32Array.of(0));
    expect(await device.tensor([[1, 2]]).data()).toEqual(Float32Array.of(1, 2));
    expect(device.tensor(device.random.normal(3)).dtype).toBe('float32');
    expect(new Device(createFakeBackend().backend, { dtype: 'float64' }).tensor(new Float32Array(2)).dtype).toBe(
      'float64',
    );
  });

  it('copies what it uploads', async () => {
    const host = Float32Array.of(1, 2);
    const x = device.tensor(host);
    host[0] = 9;
    expect(await x.data()).toEqual(Float32Array.of(1, 2));
  });

  it('repeats its random numbers for a seed', () => {
    expect(device.random.next()).toBe(new Device(createFakeBackend().backend, { seed: 1 }).random.next());
    expect(new Device(createFakeBackend().backend).random.state).toEqual({ key: [0, 0], position: 0 });
  });

  it('refuses shapes and values that do not fit', () => {
    expect(() => device.zeros([2, -1])).toThrow(ShapeError);
    expect(() => device.zeros([2, -1])).toThrow('zeros: shape is [2, -1], expected whole sizes of at least 0');
    expect(() => device.full([2], 0.5, 'int32')).toThrow(DTypeError);
    expect(() => device.full([2], 0.5, 'int32')).toThrow('full: value is 0.5, expected a whole number of 32 bits');
    expect(() => device.full([2], 2, 'bool')).toThrow('full: value is 2, expected true, false, 0 or 1');
    expect(() => device.full([2], '1' as never)).toThrow('full: value is a string, expected a number');
    expect(device.live).toBe(0);
  });

  it('refuses arrays whose positions do not fit 32 bits, before the backend allocates', () => {
    expect(() => device.zeros([2 ** 16, 2 ** 15], 'bool')).toThrow(ShapeError);
    expect(() => device.zeros([2 ** 16, 2 ** 15], 'bool')).toThrow(
      'zeros: result has shape [65536, 32768], expected at most 2^31 - 1 elements',
    );
    expect(device.zeros([2 ** 40, 0]).size).toBe(0);
  });

  it('refuses a default type that is no float', () => {
    const { backend } = createFakeBackend();
    expect(() => new Device(backend, { dtype: 'float16' as never })).toThrow(OptionError);
    expect(() => new Device(backend, { dtype: 'int32' as never })).toThrow(
      'Device: dtype is int32, expected float32 or float64',
    );
  });

  it('refuses element types that the backend has not', () => {
    const { backend } = createFakeBackend(['float32', 'int32', 'bool']);
    expect(() => new Device(backend, { dtype: 'float64' })).toThrow(UnsupportedError);
    expect(() => new Device(backend, { dtype: 'float64' })).toThrow('Device: backend fake has no float64');
    const single = new Device(backend);
    expect(() => single.tensor(new Float64Array(1), { dtype: 'float64' })).toThrow(
      'tensor: backend fake has no float64',
    );
    expect(() => single.zeros([1], 'float64')).toThrow('zeros: backend fake has no float64');
    expect(single.live).toBe(0);
  });

  it('counts storages and bytes', () => {
    const x = device.zeros([2, 3]);
    const flags = device.zeros([5], 'bool');
    const wide = device.zeros([2], 'float64');
    expect([device.live, device.liveBytes]).toEqual([3, 24 + 5 + 16]);
    const view = device.view('reshape', x, [6]);
    expect([device.live, device.liveBytes]).toEqual([3, 45]);
    view.dispose();
    view.dispose();
    x.dispose();
    expect([device.live, device.liveBytes, x.disposed]).toEqual([2, 21, true]);
    flags[Symbol.dispose]();
    wide.dispose();
    expect([device.live, device.liveBytes]).toEqual([0, 0]);
  });

  it('counts nothing for a kernel that throws', () => {
    expect(() =>
      device.execute('tanh', [device.ones([1])], [1], 'float32', (backend, [x]) => backend.unary('tanh', x!)),
    ).toThrow('the fake backend has no unary');
    expect(device.live).toBe(1);
  });

  it('hands kernels their operands', () => {
    const [x, y] = [device.zeros([2, 3]), device.ones([4], 'int32')];
    device.execute('derive', [x, y, x], [1], 'float32', (backend, operands) => {
      expect(operands.map(({ shape, dtype }) => [shape, dtype])).toEqual([
        [[2, 3], 'float32'],
        [[4], 'int32'],
        [[2, 3], 'float32'],
      ]);
      expect(operands[0]!.storage).toBe(operands[2]!.storage);
      return backend.fill(1, 0, 'float32');
    });
  });

  it('refuses tensors of another device', () => {
    const other = new Device(createFakeBackend().backend).ones([2]);
    expect(() => derive(device.ones([2]), other)).toThrow(DeviceError);
    expect(() => derive(other)).toThrow(
      'derive: an operand is on another device (fake), expected one device for all (fake)',
    );
    expect(() => device.view('reshape', other, [2])).toThrow(/^reshape: an operand is on another device/);
  });

  it('refuses freed tensors, naming the operation', () => {
    const x = device.ones([2, 1]);
    x.dispose();
    expect(() => derive(x)).toThrow(DisposedError);
    expect(() => derive(x)).toThrow(
      'derive: a float32 tensor of shape [2, 1] was used after its scope had ended or dispose() was called',
    );
    expect(() => device.view('reshape', x, [2])).toThrow(/^reshape: a float32 tensor of shape \[2, 1\] was used after/);
  });
});

describe('view', () => {
  it('shares the storage', () => {
    const x = device.zeros([2, 3], 'int32');
    const view = device.view('reshape', x, [3, 1, 2]);
    expect([view.shape, view.dtype, view.size, view.rank]).toEqual([[3, 1, 2], 'int32', 6, 3]);
    x.dispose();
    expect(view.disposed).toBe(true);
  });

  it('refuses another size or no shape', () => {
    const x = device.zeros([2, 3]);
    expect(() => device.view('reshape', x, [4])).toThrow(ShapeError);
    expect(() => device.view('reshape', x, [4])).toThrow(
      'reshape: x has shape [2, 3], expected 4 elements, for shape [4]',
    );
    expect(() => device.view('reshape', x, [-2, -3])).toThrow(
      'reshape: shape is [-2, -3], expected whole sizes of at least 0',
    );
  });
});

describe('scope', () => {
  it('frees what it made, but not its result', () => {
    const outside = device.ones([2]);
    let lost: Tensor | undefined;
    const result = device.scope(() => {
      lost = derive(outside);
      return derive(lost);
    });
    expect([outside.disposed, lost?.disposed, result.disposed, device.live]).toEqual([false, true, false, 2]);
  });

  it('finds results in arrays, objects, maps and sets at any depth', () => {
    const results = device.scope(() => {
      derive();
      const bare = Object.assign(Object.create(null) as object, { x: derive() });
      return {
        list: [derive(), [derive()]],
        map: new Map([['a', { x: derive() }]]),
        set: new Set([derive()]),
        bare,
        rest: [null, undefined, 1, 'text', () => derive()],
      };
    });
    expect(device.live).toBe(5);
    expect(results.list[0]).toHaveProperty('disposed', false);
  });

  it('does not look into instances of classes', () => {
    class Owner {
      readonly x = derive();
    }
    const owner = device.scope(() => new Owner());
    expect(owner.x.disposed).toBe(true);
  });

  it('keeps the storage of a view that is its result', () => {
    const view = device.scope(() => device.view('reshape', device.zeros([2, 3]), [6]));
    expect([view.disposed, device.live]).toEqual([false, 1]);
  });

  it('hands results to the scope around it', () => {
    let inner: Tensor | undefined;
    device.scope(() => {
      inner = device.scope(() => derive(derive()));
      expect([inner.disposed, device.live]).toEqual([false, 1]);
    });
    expect([inner?.disposed, device.live]).toEqual([true, 0]);
  });

  it('leaves alone what a scope around it owns', () => {
    device.scope(() => {
      const x = derive();
      device.scope(() => x);
      device.scope(() => derive(x));
      expect([x.disposed, device.live]).toEqual([false, 2]);
    });
    expect(device.live).toBe(0);
  });

  it('does not free twice what was disposed inside', () => {
    device.scope(() => derive().dispose());
    expect(device.live).toBe(0);
  });

  it('spares what was kept', () => {
    const kept: Tensor[] = [];
    device.scope(() => {
      device.scope(() => {
        kept.push(...device.keep([derive()]));
        derive();
      });
    });
    expect([kept[0]!.disposed, device.live]).toEqual([false, 1]);
  });

  it('frees everything when the callback throws, in all scopes that it leaves', () => {
    const failure = new Error('on purpose');
    expect(() =>
      device.scope((): void => {
        derive();
        device.scope((): void => {
          derive();
          throw failure;
        });
      }),
    ).toThrow(failure);
    expect(device.live).toBe(0);
    const after = derive();
    expect(after.disposed).toBe(false);
  });

  it('refuses asynchronous callbacks, by its types and when it runs', () => {
    const message = 'scope: callback returned a promise, expected a synchronous function';
    // @ts-expect-error A promise is no result of a scope.
    expect(() => device.scope(async () => derive())).toThrow(OptionError);
    // @ts-expect-error Nor is anything else that has a then().
    // biome-ignore lint/suspicious/noThenProperty: that is what is refused
    expect(() => device.scope((): PromiseLike<Tensor> => ({ then: () => Promise.reject() }))).toThrow(message);
    expect(device.live).toBe(0);
  });

  it('reports a promise once: what it rejects with later is not another error', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    const late = async () => {
      await null;
      throw new Error('late');
    };
    // @ts-expect-error A promise is no result of a scope.
    expect(() => device.scope(late)).toThrow(OptionError);
    await new Promise((resolve) => setTimeout(resolve, 1));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  it('finds the tensors of a result that contains itself', () => {
    const result: { x: Tensor; self?: unknown } = device.scope(() => {
      const ring: { x: Tensor; self?: unknown } = { x: derive(derive()) };
      ring.self = [ring];
      return ring;
    });
    expect([result.x.disposed, device.live]).toEqual([false, 1]);
  });

  it('leaves to the scope around it what a gradient tape still needs', () => {
    device.scope(() => {
      device.recorders.push({ keepsIntermediates: true });
      const x = device.scope(() => derive(derive()));
      device.recorders.pop();
      expect([x.disposed, device.live]).toEqual([false, 2]);
    });
    expect(device.live).toBe(0);
  });

  it('knows what its end would free', () => {
    const outside = derive();
    expect(device.owns(outside)).toBe(false);
    device.scope(() => {
      const inside = derive();
      expect([device.owns(inside), device.owns(outside)]).toEqual([true, false]);
    });
  });
});

describe('an attempt', () => {
  it('frees all that was made inside when it throws, parameters too, and nothing else', () => {
    const before = derive();
    let inside: Parameter | undefined;
    const failing = () =>
      device.attempt(() => {
        device.scope(() => derive());
        inside = new Parameter(device.scope(() => derive()));
        device.keep(derive());
        throw new Error('mine');
      });
    expect(failing).toThrow('mine');
    expect([inside?.disposed, before.disposed, device.live]).toEqual([true, false, 1]);
    device.scope(() => expect(failing).toThrow('mine'));
    expect(device.live).toBe(1);
  });

  it('frees nothing when it ends, unless one around it throws', () => {
    const made = device.attempt(() => derive());
    expect([made.disposed, device.live]).toEqual([false, 1]);
    const failing = () =>
      device.attempt(() => {
        const inner = device.attempt(() => new Parameter(derive()));
        expect(() =>
          device.attempt(() => {
            derive();
            throw new Error('inner');
          }),
        ).toThrow('inner');
        expect([inner.disposed, device.live]).toEqual([false, 2]);
        throw new Error('outer');
      });
    expect(failing).toThrow('outer');
    expect(device.live).toBe(1);
    derive();
    expect(device.live).toBe(2);
  });

  it('refuses a promise, and what its guard refuses before the backend makes it', () => {
    const { backend } = createFakeBackend();
    const fill = vi.spyOn(backend, 'fill');
    const on = new Device(backend);
    expect(() => on.attempt((async () => on.zeros([1])) as never)).toThrow('attempt: callback returned a promise');
    fill.mockClear();
    const guard: Guard = (operation, shape, bytes) => {
      if (bytes > 8) throw new Error(`${operation} of [${shape}] takes ${bytes}`);
    };
    expect(() => on.attempt(() => [on.zeros([2]), on.zeros([3])], guard)).toThrow('zeros of [3] takes 12');
    expect(() => on.attempt(() => on.attempt(() => on.zeros([1e9])), guard)).toThrow('zeros of [1000000000] takes');
    expect(fill).toHaveBeenCalledTimes(1);
    expect([on.guarded, on.live]).toEqual([false, 0]);
    expect(on.attempt(() => on.guarded, guard)).toBe(true);
    on.zeros([3]).dispose();
  });
});

describe('dispose', () => {
  it('ends the device and its backend, once', async () => {
    const { backend, calls } = createFakeBackend();
    const ended = new Device(backend);
    const x = ended.ones([1]);
    ended.dispose();
    ended[Symbol.dispose]();
    expect(ended.disposed).toBe(true);
    expect(calls).toEqual(['dispose']);
    expect(() => ended.zeros([1])).toThrow(DisposedError);
    expect(() => ended.zeros([1])).toThrow('zeros: the device was disposed');
    expect(() => ended.execute('tanh', [x], [1], 'float32', () => null)).toThrow('tanh: the device was disposed');
    expect(() => ended.view('reshape', x, [1, 1])).toThrow('reshape: the device was disposed');
    await expect(x.data()).rejects.toThrow(new DisposedError('data: the device was disposed'));
  });

  it('also for a backend that holds nothing', () => {
    const { dispose: _, ...backend } = createFakeBackend().backend;
    const ended = new Device(backend);
    ended.dispose();
    expect(ended.disposed).toBe(true);
  });
});
