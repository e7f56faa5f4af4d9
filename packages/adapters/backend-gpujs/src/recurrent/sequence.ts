import type { FusedCell, SequenceInputs, SequenceOptions } from '@sluice/core';
import { type Block, blockOf, type GpujsStorage, type X } from '../storage.ts';
import { interleave, packWeight } from './blocks.ts';
import { type CellForm, type CellName, formOf, nameOf, type Role, type Stage } from './cells.ts';
import type { Scratch } from './scratch.ts';
import { type Idle, rolesOf, stageSource } from './stage-source.ts';

export type Inputs = SequenceInputs<GpujsStorage>;

type Blocks = Partial<Record<Role, Block | undefined>>;

/** A cell on its way over a sequence, forward or back: what both need. */
export class Sequence {
  readonly form: CellForm;
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  readonly lengths: Block | undefined;
  readonly scratch: Scratch;
  readonly #name: CellName;
  readonly #reverse: boolean;

  constructor(scratch: Scratch, cell: FusedCell, { projected }: Inputs, { reverse, lengths }: SequenceOptions) {
    this.scratch = scratch;
    this.#name = nameOf(cell) as CellName;
    this.form = formOf(this.#name);
    [this.time, this.batch] = projected.shape;
    this.hidden = cell.hiddenSize;
    this.#reverse = reverse;
    this.lengths = lengths && lengths.length > 0 ? scratch.upload(lengths) : undefined;
  }

  /** Texels of a step. */
  get size(): number {
    return this.batch * this.hidden;
  }

  /** The steps in their order forward. */
  get steps(): readonly number[] {
    const { time } = this;
    return Array.from({ length: time }, (_, k) => (this.#reverse ? time - 1 - k : k));
  }

  /** Arrays [batch, hidden], one for each of the contract's states, as a texel of states. It may be the array's own block. */
  joinStates(states: readonly X[]): Block {
    const { form, scratch, size } = this;
    const blocks = form.state.map((_, component) => {
      const i = form.states.indexOf(component);
      return i < 0 ? undefined : blockOf(states[i]);
    });
    const [only] = blocks;
    return blocks.length === 1 && only ? only : interleave(scratch, blocks, size);
  }

  packWeight(weight: X): Block {
    return packWeight(this.scratch, this.form, blockOf(weight), this.hidden);
  }

  /**
   * Launches a stage for step `t`.
   * @param key names the stage among those of the cell
   */
  launch(key: string, stage: Stage, idle: Idle, t: number, blocks: Blocks, weight: Block): Block {
    const { form, hidden, size, lengths } = this;
    const masked = lengths !== undefined;
    const gradients = form.gradients[0].result.length;
    const read = rolesOf(stage, idle, masked).map((role) => blocks[role] as Block);
    const source = () => stageSource(form, stage, idle, masked, hidden, gradients);
    const name = `${this.#name} ${key} ${hidden}${masked ? ' masked' : ''}`;
    const all = [...read, ...(stage.product ? [weight] : []), ...(lengths ? [lengths] : [])];
    const numbers = [size, t, t * size * form.gates, t * size];
    return this.scratch.run(name, source, size, all, numbers, stage.result.length as Block['width']);
  }
}
