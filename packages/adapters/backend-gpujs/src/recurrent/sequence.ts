import type { FusedCell, SequenceInputs, SequenceOptions } from '@sluice/core';
import { loopBound } from '../kernels/reduce.ts';
import { type Block, blockOf, type GpujsStorage, type X } from '../storage.ts';
import { type Bundle, gatherRows, packWeight, resize, spreadStates } from './blocks.ts';
import { type CellForm, type CellName, formOf, nameOf, type Role, type Stage } from './cells.ts';
import type { Scratch } from './scratch.ts';
import { type Idle, readsOf, resultsOf, stageSource } from './stage-source.ts';

export type Inputs = SequenceInputs<GpujsStorage>;

/** What launches read, by its role: bundles, or arrays of one number a texel. */
type Blocks = Partial<Record<Role, Bundle | undefined>>;

/** Weights as texels [hidden, hidden]. */
export interface Weights {
  readonly gates: Block;
  readonly projection: Block | undefined;
}

/** A cell on its way over a sequence, forward or back: what both need. */
export class Sequence {
  readonly form: CellForm;
  readonly time: number;
  readonly batch: number;
  readonly hidden: number;
  /** Units of the output state. With a projection its blocks have `hidden` of them all the same, and what follows these are zeros. */
  readonly outputs: number;
  readonly lengths: Block | undefined;
  readonly scratch: Scratch;
  readonly #name: CellName;
  readonly #reverse: boolean;

  constructor(scratch: Scratch, cell: FusedCell, { projected }: Inputs, { reverse, lengths }: SequenceOptions) {
    this.scratch = scratch;
    this.#name = nameOf(cell) as CellName;
    this.form = formOf(this.#name);
    [this.time, this.batch] = projected.shape as [number, number];
    this.hidden = cell.hiddenSize;
    this.outputs = cell.kind === 'projectedLstm' ? cell.projectionSize : cell.hiddenSize;
    this.#reverse = reverse;
    this.lengths = lengths && lengths.length > 0 ? scratch.upload(lengths) : undefined;
  }

  /** Units of each of the contract's states. */
  get widths(): readonly number[] {
    return [this.outputs, this.hidden];
  }

  /** Units of all rows. */
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

  /** Arrays of a row each of the batch, one for each of the contract's states, as a bundle of states. */
  joinStates(states: readonly X[]): Bundle {
    const { form, scratch, batch, hidden } = this;
    const grown = states.map((state) => blockOf(resize(scratch, state, [batch, hidden])));
    const blocks = gatherRows(scratch, grown, batch, hidden);
    return form.state.map((_, component) => blocks[form.states.indexOf(component)]);
  }

  /** The contract's states of a bundle, as arrays [batch, outputs] and [batch, hidden]. */
  spreadStates(bundle: Bundle): readonly Block[] {
    const { form, scratch, batch, hidden } = this;
    const blocks = form.states.map((component) => bundle[component] as Block);
    const [output, ...others] = spreadStates(scratch, blocks, batch, hidden);
    return [this.toOutputs(output!, batch), ...others];
  }

  /** An array [rows, hidden] as [rows, outputs]. */
  toOutputs(block: Block, rows: number): Block {
    const { scratch, hidden, outputs } = this;
    return blockOf(resize(scratch, scratch.view(block, [rows, hidden]), [rows, outputs]));
  }

  /** The bias that the reset gate multiplies, zeros if it is absent; `undefined` for cells that have none. */
  biasOf({ resetBias }: Inputs): Block | undefined {
    if (!this.form.open?.reads.includes('bias')) return undefined;
    return resetBias ? blockOf(resetBias) : this.scratch.upload(new Array<number>(this.hidden).fill(0));
  }

  packWeights({ weight, projection }: Inputs): Weights {
    const { form, scratch, hidden } = this;
    const pack = (weights: CellForm['weights'], matrix: X, rows: number) =>
      packWeight(scratch, weights, blockOf(resize(scratch, matrix, [rows, hidden])), hidden);
    return {
      gates: pack(form.weights, weight, form.gates * hidden),
      projection: projection && pack([0], projection, hidden),
    };
  }

  /**
   * Launches a stage for step `t`; the result has a block for each component that the stage computes.
   * @param key names the stage among those of the cell
   */
  launch(key: string, stage: Stage, idle: Idle, t: number, blocks: Blocks, weights: Weights): Bundle {
    const { form, hidden, outputs, batch, lengths, texels } = this;
    const { product } = stage;
    const reach = product?.of === 'last' || product?.of === 'carry' ? outputs : hidden;
    const bound = loopBound(Math.floor(reach / 4));
    const launch = { form, stage, idle, masked: lengths !== undefined, bound };
    const name = `${this.#name} ${key} ${bound}${launch.masked ? ' masked' : ''}`;
    const reads = readsOf(launch).map(({ role, component }) => blocks[role]?.[component] as Block);
    const weight = product?.projects ? weights.projection : weights.gates;
    const all = [...reads, ...(product ? [weight as Block] : []), ...(lengths ? [lengths] : [])];
    const numbers = [texels, hidden, reach, batch, t];
    const results = resultsOf(stage);
    const made = this.scratch.runAll(name, results.length, () => stageSource(launch), texels, all, numbers, 4);
    return stage.result.map((_, component) => made[results.indexOf(component)]);
  }
}
