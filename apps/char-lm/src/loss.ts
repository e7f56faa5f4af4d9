import type { Tensor } from '@sluice/core';
import type { BatchSource, ContiguousBatch } from '@sluice/data';
import type { LSTMState } from '@sluice/layers';
import { crossEntropy } from '@sluice/training';
import type { CharacterModel } from './model.ts';

/** Mean cross-entropy of the next characters, in nats, and the state to read on from. */
export function predictionLoss(model: CharacterModel) {
  const { device } = model;
  return (batch: ContiguousBatch, carry: LSTMState | undefined): { loss: Tensor; carry: LSTMState } => {
    const { logits, state } = model.call(device.tensor(batch.inputs), carry);
    return { loss: crossEntropy(logits, device.tensor(batch.targets)), carry: state };
  };
}

/** Characters that a batch predicts. */
export function targetCount({ targets }: ContiguousBatch): number {
  return targets.data.length;
}

/** The mean loss over all batches of a source. Records no gradients. */
export async function evaluate(model: CharacterModel, source: BatchSource<ContiguousBatch>): Promise<number> {
  const { device } = model;
  const lossOf = predictionLoss(model.eval());
  let carry: LSTMState | undefined;
  let total = 0;
  let characters = 0;
  for await (const batch of source.epoch(0)) {
    const result = device.scope(() => lossOf(batch, carry));
    total += (await result.loss.item()) * targetCount(batch);
    characters += targetCount(batch);
    result.loss.dispose();
    disposeState(carry);
    carry = result.carry;
  }
  disposeState(carry);
  return total / characters;
}

export function disposeState(state: LSTMState | undefined): void {
  state?.hidden.dispose();
  state?.cell.dispose();
}
