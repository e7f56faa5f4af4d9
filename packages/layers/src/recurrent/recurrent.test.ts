import {
  add,
  concat,
  matMul,
  multiply,
  reshape,
  sigmoid,
  split,
  subtract,
  sum,
  tanh,
  valueAndGrad,
} from '@sluice/autograd';
import { createJsBackend } from '@sluice/backend-js';
import type { Device, Parameter, Tensor } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { constant, orthogonal, zeros } from '../initializers.ts';
import { Linear } from '../linear.ts';
import { checkDerivatives, distance, Workbench, weigh } from '../testing/support.ts';
import { type CellState, type Prepared, RecurrentCell } from './cell.ts';
import { GRU, GRUCell } from './gru.ts';
import { LSTM, LSTMCell, type LSTMState } from './lstm.ts';
import { Recurrent } from './recurrent.ts';
import { RNN } from './rnn.ts';

let bench: Workbench;
let device: Device;
beforeEach(() => {
  bench = new Workbench(createJsBackend());
  device = bench.device;
});
afterEach(() => {
  expect(bench.finish()).toBe(0);
});

/** Zhou et al. 2016. */
class MinimalGatedUnit extends RecurrentCell<CellState> {
  readonly gate: Linear;
  readonly candidate: Linear;

  constructor(device: Device, inputSize: number, hiddenSize: number) {
    super(device, inputSize, { hidden: hiddenSize }, 'mgu');
    this.gate = new Linear(device, { inputSize: inputSize + hiddenSize, outputSize: hiddenSize });
    this.candidate = new Linear(device, { inputSize: inputSize + hiddenSize, outputSize: hiddenSize });
  }

  override prepare(x: Tensor): Prepared<CellState> {
    return {
      projected: x,
      step: (input, { hidden }) => {
        const f = sigmoid(this.gate.call(concat([input, hidden], 1)));
        const n = tanh(this.candidate.call(concat([input, multiply(f, hidden)], 1)));
        return { hidden: add(multiply(subtract(1, f), hidden), multiply(f, n)) };
      },
    };
  }
}

/** An LSTM in other words: a matrix per gate, no projection ahead. */
class PlainLSTMCell extends RecurrentCell<LSTMState> {
  readonly gates: readonly Linear[];

  constructor(device: Device, inputSize: number, size: number) {
    super(device, inputSize, { hidden: size, cell: size });
    this.gates = ['i', 'f', 'g', 'o'].map(() => new Linear(device, { inputSize: inputSize + size, outputSize: size }));
  }

  override prepare(x: Tensor): Prepared<LSTMState> {
    return {
      projected: x,
      step: (input, { hidden, cell }) => {
        const [i, f, g, o] = this.gates.map((gate) => gate.call(concat([input, hidden], 1)));
        const next = add(multiply(sigmoid(f!), cell), multiply(sigmoid(i!), tanh(g!)));
        return { hidden: multiply(sigmoid(o!), tanh(next)), cell: next };
      },
    };
  }
}

describe('Recurrent', () => {
  it('runs an own cell: an LSTM written another way is the LSTM', async () => {
    const own = bench.own(new Recurrent(new PlainLSTMCell(device, 3, 4)));
    const lstm = bench.own(new LSTM(device, { inputSize: 3, hiddenSize: 4 }));
    const state = await lstm.stateDict();
    const values = (name: string) => state.get(name)?.data as Float64Array;
    for (let gate = 0; gate < 4; gate++) {
      const weight = Float64Array.from({ length: 4 * 7 }, (_, at) => {
        const [row, column] = [4 * gate + Math.floor(at / 7), at % 7];
        return column < 3 ? values('weight_ih_l0')[row * 3 + column]! : values('weight_hh_l0')[row * 4 + column - 3]!;
      });
      const bias = Float64Array.from(
        { length: 4 },
        (_, i) => values('bias_ih_l0')[4 * gate + i]! + values('bias_hh_l0')[4 * gate + i]!,
      );
      own
        .parameters()
        .get(`cells.0.gates.${gate}.weight`)
        ?.assign(device.tensor(weight, { shape: [4, 7] }));
      own.parameters().get(`cells.0.gates.${gate}.bias`)?.assign(device.tensor(bias));
    }
    const x = bench.normal([5, 3, 3]);
    for (const lengths of [undefined, [5, 0, 2]]) {
      const a = await bench.read(own.call(x, { lengths }));
      const b = await bench.read(lstm.call(x, { lengths }));
      expect(distance(a.output, b.output)).toBeLessThan(1e-14);
      expect(distance(a.state.hidden, b.state.hidden)).toBeLessThan(1e-14);
      expect(distance(a.state.cell, b.state.cell)).toBeLessThan(1e-14);
    }
  });

  it('stacks own cells in two directions, with gradients', async () => {
    const cells = [
      [3, 2],
      [3, 2],
      [4, 2],
      [4, 2],
    ].map(([i, h]) => new MinimalGatedUnit(device, i!, h!));
    const layer = bench.own(new Recurrent(cells, { bidirectional: true, dropout: 0.5 })).eval();
    expect([layer.layers, layer.inputSize, layer.outputSize]).toEqual([2, 3, 4]);
    expect([...layer.parameters().keys()][5]).toBe('cells.1.gate.bias');
    const x = bench.own(bench.parameter([3, 2, 3]));
    await checkDerivatives(() => weigh(layer.call(x, { lengths: [1, 3] })), new Map([...layer.parameters(), ['x', x]]));
  });

  it('a cell alone does one step, from zeros by default', async () => {
    const cell = bench.own(new LSTMCell(device, { inputSize: 2, hiddenSize: 3 }));
    const x = bench.normal([4, 2]);
    const first = await bench.read(cell.call(x));
    const again = await bench.read(
      cell.call(x, { hidden: bench.own(device.zeros([4, 3])), cell: bench.own(device.zeros([4, 3])) }),
    );
    expect(again).toEqual(first);
    expect([...cell.parameters().keys()]).toEqual(['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']);
  });
});

describe('GRU with the reset gate before the product', () => {
  it('is equation 8 of Cho et al. 2014', async () => {
    const gru = bench.own(new GRU(device, { inputSize: 2, hiddenSize: 3, resetAfter: false }));
    const [wi, wh, bi, bh] = [...gru.parameters().values()] as [Parameter, Parameter, Parameter, Parameter];
    const x = bench.normal([4, 2, 2]);
    const start = bench.normal([1, 2, 3]);
    const expected = device.scope(() => {
      const [wir, wiz, win] = split(wi, 3);
      const [whr, whz, whn] = split(wh, 3);
      const [bir, biz, bin] = split(bi, 3);
      const [bhr, bhz, bhn] = split(bh, 3);
      const affine = (a: Tensor, w: Tensor, b: Tensor) => add(matMul(a, w, { transposeB: true }), b);
      let h = reshape(start, [2, 3]);
      const outputs = split(x, 4).map((step) => {
        const xt = reshape(step, [2, 2]);
        const r = sigmoid(add(affine(xt, wir!, bir!), affine(h, whr!, bhr!)));
        const z = sigmoid(add(affine(xt, wiz!, biz!), affine(h, whz!, bhz!)));
        const n = tanh(add(affine(xt, win!, bin!), affine(multiply(r, h), whn!, bhn!)));
        h = add(multiply(subtract(1, z), n), multiply(z, h));
        return reshape(h, [1, 2, 3]);
      });
      return concat(outputs);
    });
    const actual = await bench.read(gru.call(x, { state: { hidden: start } }));
    expect(distance(actual.output, await bench.read(expected))).toBeLessThan(1e-15);
  });

  it('differs from the reset after it', async () => {
    const before = bench.own(new GRU(device, { inputSize: 2, hiddenSize: 3, resetAfter: false }));
    const after = bench.own(new GRU(device, { inputSize: 2, hiddenSize: 3 }));
    after.loadStateDict(await before.stateDict());
    const x = bench.normal([4, 2, 2]);
    const [a, b] = [await bench.read(before.call(x)), await bench.read(after.call(x))];
    expect(distance(a.output, b.output)).toBeGreaterThan(1e-3);
  });

  it('keeps the state to the last bit while its update gate is open', async () => {
    for (const resetAfter of [true, false]) {
      const gru = bench.own(
        new GRU(device, { inputSize: 1, hiddenSize: 2, resetAfter, biasInitializer: constant(100) }),
      );
      const hidden = bench.normal([1, 1, 2]);
      const x = bench.own(device.zeros([500, 1, 1]));
      const { state } = await bench.read(gru.call(x, { state: { hidden } }));
      expect(state.hidden).toEqual(await hidden.data());
    }
  });
});

describe('dropout between layers', () => {
  it('acts while training, below the last layer', async () => {
    const lstm = bench.own(new LSTM(device, { inputSize: 2, hiddenSize: 20, layers: 2, dropout: 0.5 }));
    const x = bench.normal([3, 2, 2]);
    const outputs = async () => (await bench.read(lstm.call(x))).output;
    const state = device.random.state;
    const first = await outputs();
    expect(distance(first, await outputs())).toBeGreaterThan(1e-3);
    expect(first.some((value) => value === 0)).toBe(false);
    device.random.state = state;
    expect(await outputs()).toEqual(first);
    lstm.eval();
    const evaluated = await outputs();
    expect(await outputs()).toEqual(evaluated);
  });

  it('is refused for a single layer, and cuts the upper one off at 1', async () => {
    const message = 'is 0.9 with one layer, expected at least two layers to drop between';
    const sizes = { inputSize: 2, hiddenSize: 3 };
    expect(() => new RNN(device, { ...sizes, dropout: 0.9 })).toThrow(`rnn: dropout ${message}`);
    expect(() => new GRU(device, { ...sizes, dropout: 0.9, bidirectional: true })).toThrow(`gru: dropout ${message}`);
    const cell = bench.own(new GRUCell(device, sizes));
    expect(() => new Recurrent(cell, { dropout: 0.9 })).toThrow(`recurrent: dropout ${message}`);
    const x = bench.normal([3, 2, 2]);
    const cut = bench.own(new RNN(device, { inputSize: 2, hiddenSize: 3, layers: 2, dropout: 1, bias: false }));
    expect(new Set((await bench.read(cut.call(x))).output)).toEqual(new Set([0]));
  });
});

describe('initialisation', () => {
  it('is uniform on +-1 / sqrt(hiddenSize) by default', async () => {
    const lstm = bench.own(new LSTM(device, { inputSize: 30, hiddenSize: 100, projectionSize: 20 }));
    for (const [name, { data }] of await lstm.stateDict()) {
      const largest = Array.from(data).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(largest, name).toBeLessThanOrEqual(0.1);
      expect(largest, name).toBeGreaterThan(0.09);
    }
    const again = new Workbench(createJsBackend());
    const same = again.own(new LSTM(again.device, { inputSize: 30, hiddenSize: 100, projectionSize: 20 }));
    expect(await same.stateDict()).toEqual(await lstm.stateDict());
    expect(again.finish()).toBe(0);
  });

  it('draws each gate on its own', async () => {
    const gru = bench.own(new GRU(device, { inputSize: 2, hiddenSize: 4, recurrentInitializer: orthogonal() }));
    for (const gate of split(gru.cells[0]!.parameters().get('weight_hh') as Parameter, 3)) {
      const product = matMul(gate, gate, { transposeB: true });
      gate.dispose();
      const identity = Float64Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));
      expect(distance(await bench.read(product), identity)).toBeLessThan(1e-12);
    }
  });

  it('sets the forget bias once, in the sum of the two biases', async () => {
    const lstm = bench.own(
      new LSTM(device, { inputSize: 2, hiddenSize: 3, layers: 2, forgetBias: 1, biasInitializer: constant(7) }),
    );
    const state = await lstm.stateDict();
    for (const layer of [0, 1]) {
      expect(Array.from(state.get(`bias_ih_l${layer}`)?.data ?? [])).toEqual([7, 7, 7, 1, 1, 1, 7, 7, 7, 7, 7, 7]);
      expect(Array.from(state.get(`bias_hh_l${layer}`)?.data ?? [])).toEqual([7, 7, 7, 0, 0, 0, 7, 7, 7, 7, 7, 7]);
    }
  });

  it('takes an initialiser for each sort of parameter', async () => {
    const lstm = bench.own(
      new LSTM(device, {
        inputSize: 1,
        hiddenSize: 2,
        projectionSize: 1,
        inputInitializer: constant(1),
        recurrentInitializer: constant(2),
        biasInitializer: zeros,
        projectionInitializer: constant(3),
      }),
    );
    const values = [...(await lstm.stateDict())].map(([name, { data }]) => [name, ...new Set(data)]);
    expect(values).toEqual([
      ['weight_ih_l0', 1],
      ['weight_hh_l0', 2],
      ['bias_ih_l0', 0],
      ['bias_hh_l0', 0],
      ['weight_hr_l0', 3],
    ]);
  });
});

it('20,000 steps, with gradients, take work in proportion and leave nothing', async () => {
  let elements = 0;
  const { execute } = device;
  // Every array that is made; each kernel looks at about as many.
  vi.spyOn(device, 'execute').mockImplementation(function (this: Device, ...all) {
    const result = execute.apply(this, all);
    elements += 1 + result.size;
    return result;
  });
  const gru = bench.own(new GRU(device, { inputSize: 1, hiddenSize: 1 }));
  const measure = async (time: number) => {
    const x = bench.normal([time, 1, 1]);
    const live = device.live;
    elements = 0;
    const run = valueAndGrad(() => sum(gru.call(x).output), x);
    const { gradients } = await bench.read(run);
    expect(gradients.every((value) => value !== 0)).toBe(true);
    expect(device.live).toBe(live);
    return elements;
  };
  const short = await measure(2_000);
  expect(await measure(20_000)).toBeLessThan(10.1 * short);
}, 120_000);
