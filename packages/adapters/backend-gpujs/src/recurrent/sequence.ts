import type { FusedCell, SequenceInputs, SequenceOptions } from '@sluice/core';
import { loopBound } from '../kernels/reduce.ts';
import { type Block, blockOf, type GpujsStorage, type X } from '../storage.ts';
import { interleave, packWeight } from './blocks.ts';
import { type CellForm, type CellName, formOf, nameOf, type Role, type Stage } from './cells.ts';
import type { Scratch } from './scratch.ts';
import { type Idle, rolesOf, stageSource } from './stage-source.ts';

export type Inputs = SequenceInputs<GpujsStorage>;

/** Blocks by their role. */
type Blocks = Partial<Record<Role, Block | undefined>> & {
  /** Where the gates of the step begin in their block. */
  readonly gatesStart?: number;
};

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

  /** The bias that the reset gate multiplies, zeros if it is absent; `undefined` for cells that have none. */
  biasOf({ resetBias }: Inputs): Block | undefined {
    if (!this.form.open?.reads.includes('bias')) return undefined;
    return resetBias ? blockOf(resetBias) : this.scratch.upload(new Array<number>(this.hidden).fill(0));
  }

  packWeight(weight: X): Block {
    return packWeight(this.scratch, this.form, blockOf(weight), this.hidden);
  }

  /**
   * Launches a stage for step `t`.
   * @param key names the stage among those of the cell
   */
  launch(key: string, stage: Stage, idle: Idle, t: number, blocks: Blocks, weight: Block): Block {
    const { size, form, lengths } = this;
    const numbers = [size, this.hidden, t, t * size * form.gates, t * size, blocks.gatesStart ?? 0];
    return this.#launch(key, stage, idle, numbers, blocks, weight, lengths);
  }

  /** Launches a stage for all steps at once, as if each row had all of them; `last` holds the output states before them alone. */
  launchAll(key: string, stage: Stage, blocks: Blocks, weight: Block): Block {
    return this.#launch(key, stage, 'zeros', [this.time * this.size, this.hidden, 0, 0, 0, 0], blocks, weight);
  }

  #launch(
    key: string,
    stage: Stage,
    idle: Idle,
    numbers: readonly number[],
    blocks: Blocks,
    weight: Block,
    lengths?: Block,
  ): Block {
    const { form } = this;
    const bound = loopBound(this.hidden);
    const masked = lengths !== undefined;
    const block = (role: Role) => blocks[role] as Block;
    const launch = { form, stage, idle, masked, bound, widthOf: (role: Role) => block(role).width };
    const name = `${this.#name} ${key} ${bound}${masked ? ' masked' : ''}`;
    const weights = stage.product ? [weight] : [];
    const all = [...rolesOf(stage, idle, masked).map(block), ...weights, ...(lengths ? [lengths] : [])];
    return this.scratch.run(
      name,
      () => stageSource(launch),
      numbers[0],
      all,
      numbers,
      stage.result.length as Block['width'],
    );
  }
}
