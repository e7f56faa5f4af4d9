import { createJsBackend } from '@sluice/backend-js';
import { Device } from '@sluice/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refusal, Workbench } from '../testing/support.ts';
import { type CellState, type Prepared, RecurrentCell } from './cell.ts';
import { GRU, GRUCell } from './gru.ts';
import { LSTM, LSTMCell } from './lstm.ts';
import { Recurrent } from './recurrent.ts';
import { RNN, RNNCell } from './rnn.ts';

let bench: Workbench;
let device: Device;
beforeEach(() => {
  bench = new Workbench(createJsBackend());
  device = bench.device;
});
afterEach(() => {
  expect(bench.finish()).toBe(0);
});

const sizes = { inputSize: 3, hiddenSize: 4 };

it('names the option that makes no sense, alone or with another, and allocates nothing', () => {
  const whole = 'expected a whole number of at least 1';
  const probability = 'expected a number from 0 to 1';
  const cases: readonly [make: () => unknown, message: string][] = [
    [() => new LSTM(device, { inputSize: 0, hiddenSize: 4 }), `OptionError lstm: inputSize is 0, ${whole}`],
    [() => new GRU(device, { inputSize: 3, hiddenSize: 1.5 }), `OptionError gru: hiddenSize is 1.5, ${whole}`],
    [() => new RNN(device, { ...sizes, layers: 0 }), `OptionError rnn: layers is 0, ${whole}`],
    [() => new RNN(device, { ...sizes, layers: Number.NaN }), `OptionError rnn: layers is NaN, ${whole}`],
    [() => new LSTMCell(device, { inputSize: -1, hiddenSize: 4 }), `OptionError lstmCell: inputSize is -1, ${whole}`],
    [() => new GRUCell(device, { inputSize: 1, hiddenSize: 0 }), `OptionError gruCell: hiddenSize is 0, ${whole}`],
    [() => new RNNCell(device, { inputSize: 1, hiddenSize: 0 }), `OptionError rnnCell: hiddenSize is 0, ${whole}`],
    [
      () => new RNN(device, { ...sizes, nonlinearity: 'gelu' as never }),
      'OptionError rnn: nonlinearity is gelu, expected tanh or relu',
    ],
    [() => new LSTM(device, { ...sizes, dropout: -0.1 }), `OptionError lstm: dropout is -0.1, ${probability}`],
    [() => new LSTM(device, { ...sizes, dropout: 1.5 }), `OptionError lstm: dropout is 1.5, ${probability}`],
    [
      () => new GRU(device, { ...sizes, merge: 'sum' }),
      'OptionError gru: merge is sum without bidirectional, expected two directions to merge',
    ],
    [
      () => new GRU(device, { ...sizes, bidirectional: true, merge: 'mean' as never }),
      'OptionError gru: merge is mean, expected concat, sum, multiply, average, none',
    ],
    [
      () => new GRU(device, { ...sizes, bidirectional: true, reverse: true }),
      'OptionError gru: reverse is true with bidirectional, expected one of the two: bidirectional runs both ways',
    ],
    [() => new LSTM(device, { ...sizes, projectionSize: 0 }), `OptionError lstm: projectionSize is 0, ${whole}`],
    [
      () => new LSTM(device, { ...sizes, projectionSize: 4 }),
      'OptionError lstm: projectionSize is 4, expected a number below hiddenSize, 4',
    ],
    [
      () => new LSTM(device, { ...sizes, projectionInitializer: () => new Float64Array() }),
      'OptionError lstm: projectionInitializer is given without projectionSize, expected none: it has nothing to initialise',
    ],
    [
      () => new GRU(device, { ...sizes, bias: false, biasInitializer: () => new Float64Array() }),
      'OptionError gru: biasInitializer is given with bias: false, expected none: it has nothing to initialise',
    ],
    [
      () => new LSTM(device, { ...sizes, bias: false, forgetBias: 1 }),
      'OptionError lstm: forgetBias is 1 with bias false, expected a cell with biases',
    ],
    [
      () => new LSTM(device, { ...sizes, forgetBias: Number.POSITIVE_INFINITY }),
      'OptionError lstm: forgetBias is Infinity, expected a finite number',
    ],
  ];
  for (const [make, message] of cases) expect(refusal(make)).toBe(message);
  expect(device.live).toBe(0);
});

it('names the argument that does not fit', () => {
  const lstm = bench.own(new LSTM(device, { ...sizes, layers: 2 }));
  const first = bench.own(new GRU(device, { ...sizes, batchFirst: true }));
  const cell = bench.own(new LSTMCell(device, sizes));
  const x = bench.normal([5, 2, 3]);
  const hidden = bench.normal([2, 2, 4]);
  const float32 = bench.own(device.zeros([5, 2, 3], 'float32'));
  const other = new Device(createJsBackend(), { dtype: 'float64' });
  const cases: readonly [call: () => unknown, message: string][] = [
    [() => lstm.call(bench.normal([5, 2, 7])), 'ShapeError lstm: x has shape [5, 2, 7], expected [time, batch, 3]'],
    [() => lstm.call(bench.normal([5, 3])), 'ShapeError lstm: x has shape [5, 3], expected [time, batch, 3]'],
    [() => first.call(bench.normal([2, 5, 4])), 'ShapeError gru: x has shape [2, 5, 4], expected [batch, time, 3]'],
    [() => cell.call(x), 'ShapeError lstmCell: x has shape [5, 2, 3], expected [batch, 3]'],
    [() => lstm.call(float32), 'DTypeError lstm: x has dtype float32, expected float64'],
    [
      () => lstm.call(other.zeros([5, 2, 3])),
      'DeviceError lstm: x is on another device (js), expected one device for all (js)',
    ],
    [() => lstm.call(undefined as never), 'OptionError lstm: x is undefined, expected a tensor'],
    [() => lstm.call(x, { state: { hidden } as never }), 'OptionError lstm: state.cell is missing; it has no default'],
    [
      () => lstm.call(x, { state: { hidden: bench.normal([1, 2, 4]), cell: hidden } }),
      'ShapeError lstm: state.hidden has shape [1, 2, 4], expected [2, 2, 4]',
    ],
    [
      () => lstm.call(x, { state: { hidden, cell: bench.own(device.zeros([2, 2, 4], 'float32')) } }),
      'DTypeError lstm: state.cell has dtype float32, expected float64',
    ],
    [
      () => cell.call(bench.normal([1, 3]), { hidden: bench.normal([1, 4]), cell: bench.normal([2, 4]) }),
      'ShapeError lstmCell: state.cell has shape [2, 4], expected [1, 4]',
    ],
    [
      () => lstm.call(x, { lengths: [5] }),
      'ShapeError lstm: lengths has 1 entries, expected 2, one per row of the batch',
    ],
    [() => lstm.call(x, { lengths: [5, 6] }), 'OptionError lstm: lengths[1] is 6, expected a whole number from 0 to 5'],
    [
      () => lstm.call(x, { lengths: [-1, 5] }),
      'OptionError lstm: lengths[0] is -1, expected a whole number from 0 to 5',
    ],
    [
      () => first.call(x, { lengths: [1, 2, 1, 1, 1.5] }),
      'OptionError gru: lengths[4] is 1.5, expected a whole number from 0 to 2',
    ],
  ];
  for (const [call, message] of cases) expect(refusal(call)).toBe(message);
});

it('says when own cells do not fit each other or their own description', () => {
  class Claims extends RecurrentCell<CellState> {
    readonly #result: Prepared<CellState>;
    constructor(inputSize: number, size: number, result?: Prepared<CellState>) {
      super(device, inputSize, { hidden: size });
      this.#result = result as Prepared<CellState>;
    }
    override prepare(): Prepared<CellState> {
      return this.#result;
    }
  }
  const x = bench.normal([5, 2, 3]);
  const hidden = bench.normal([2, 3]);
  const step = () => ({ hidden });
  const own = bench.own(new GRUCell(device, { inputSize: 2, hiddenSize: 2 }));
  const foreign = new GRUCell(new Device(createJsBackend()), { inputSize: 2, hiddenSize: 2 });
  const cases: readonly [work: () => unknown, message: string][] = [
    [() => new Recurrent([]), 'OptionError recurrent: cells has 0 entries, expected at least one'],
    [
      () => new Recurrent(new Claims(3, 4), { bidirectional: true }),
      'OptionError recurrent: cells has 1 entries, expected two for each layer',
    ],
    [
      () => new Recurrent([own, foreign]),
      'DeviceError recurrent: cells[1] is on another device (js), expected that of cells[0] (js)',
    ],
    [
      () => new Recurrent([new Claims(3, 4), new Claims(3, 4)]),
      'OptionError recurrent: cells[1].inputSize is 3, expected 4',
    ],
    [
      () => new Recurrent([new Claims(3, 4), new Claims(3, 5)], { bidirectional: true }),
      'OptionError recurrent: cells[1].stateSizes is {"hidden":5}, expected {"hidden":4}, as cells[0]',
    ],
    [
      () => new Recurrent(new Claims(3, 4, { projected: x, step })).call(x),
      'ShapeError recurrent: state.hidden has shape [2, 3], expected [2, 4]',
    ],
    [
      () => new Recurrent(new Claims(3, 3, { projected: hidden, step })).call(x),
      'ShapeError recurrent: projected has shape [2, 3], expected [5, 2]',
    ],
    [
      () => new Recurrent(new Claims(3, 3), { reverse: true, merge: 'sum' }, 'mine'),
      'OptionError mine: merge is sum without bidirectional, expected two directions to merge',
    ],
  ];
  for (const [work, message] of cases) expect(refusal(work)).toBe(message);
});
