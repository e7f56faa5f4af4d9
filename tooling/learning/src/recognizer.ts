import { unstack } from '@sluice/autograd';
import type { Device, Tensor } from '@sluice/core';
import { GRU, Linear, LSTM, Module, RNN } from '@sluice/layers';
import type { LayerKind, Task } from './tasks.ts';

/** Reads a sequence and answers after its last step: a recurrent layer and a linear one on the final hidden state. */
export class Recognizer extends Module<[inputs: Tensor, lengths?: Int32Array], Tensor> {
  readonly recurrent: RNN | LSTM | GRU;
  readonly head: Linear;

  constructor(device: Device, kind: LayerKind, task: Task) {
    super(device);
    const { inputSize, hiddenSize, layers } = task;
    const options = { inputSize, hiddenSize, layers };
    if (kind === 'LSTM') this.recurrent = new LSTM(device, { ...options, forgetBias: task.forgetBias });
    else this.recurrent = new { RNN, GRU }[kind](device, options);
    this.head = new Linear(device, { inputSize: hiddenSize, outputSize: task.outputSize });
  }

  protected forward(inputs: Tensor, lengths?: Int32Array): Tensor {
    const { state } = this.recurrent.call(inputs, lengths ? { lengths } : {});
    return this.head.call(unstack(state.hidden).at(-1) as Tensor);
  }
}
