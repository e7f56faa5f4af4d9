import type { FusedCell, SequenceInputs, SequenceOptions } from '@sluice/core';
import { loopBound } from '../kernels/reduce.ts';
import { type Block, blockOf, type GpujsStorage, type X } from '../storage.ts';
import { type Bundle, gatherRows, packWeight, spreadStates } from './blocks.ts';
import { type CellForm, type CellName, formOf, nameOf, type Role, type Stage } from './cells.ts';
import type { Scratch } from './scratch.ts';
import { type Idle, readsOf, resultsOf, stageSource } from './stage-source.ts';

export type Inputs = SequenceInputs<GpujsStorage>;

/** What launches read, by its role: bundles, or arrays of one number a texel. */
type Blocks = Partial<Record<Role, Bundle | undefined>>;

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

  /** Elements of a step. */
  get size(): number {
    return this.batch * this.hidden;
  }

  /** Texels of a step, each of a unit of four rows. */
  get texels(): number {
    return Math.ceil(this.batch / 4) * this.hidden;
  }

  /** The steps in their order forward. */
  get steps(): readonly number[] {
    const { time } = this;
    return Array.from({ length: time }, (_, k) => (this.#reverse ? time - 1 - k : k));
  }

  /** Arrays [batch, hidden], one for each of the contract's states, as a bundle of states. */
  joinStates(states: readonly X[]): Bundle {
    const { form, scratch, batch, hidden } = this;
    const blocks = gatherRows(scratch, states.map(blockOf), batch, hidden);
    return form.state.map((_, component) => blocks[form.states.indexOf(component)]);
  }

  /** The contract's states of a bundle, as arrays [batch, hidden]. */
  spreadStates(bundle: Bundle): readonly Block[] {
    const { form, scratch, batch, hidden } = this;
    const blocks = form.states.map((component) => bundle[component] as Block);
    return spreadStates(scratch, blocks, batch, hidden);
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
   * Launches a stage for step `t`; the result has a block for each component that the stage computes.
   * @param key names the stage among those of the cell
   */
  launch(key: string, stage: Stage, idle: Idle, t: number, blocks: Blocks, weight: Block): Bundle {
    const { form, hidden, batch, lengths, texels } = this;
    const bound = loopBound(Math.floor(hidden / 4));
    const launch = { form, stage, idle, masked: lengths !== undefined, bound };
    const name = `${this.#name} ${key} ${bound}${launch.masked ? ' masked' : ''}`;
    const reads = readsOf(launch).map(({ role, component }) => blocks[role]?.[component] as Block);
    const all = [...reads, ...(stage.product ? [weight] : []), ...(lengths ? [lengths] : [])];
    const numbers = [texels, hidden, batch, t];
    const results = resultsOf(stage);
    const made = this.scratch.runAll(name, results.length, () => stageSource(launch), texels, all, numbers, 4);
    return stage.result.map((_, component) => made[results.indexOf(component)]);
  }
}
