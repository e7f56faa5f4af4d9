import { pad, slice } from '../kernels/move.ts';
import type { Block, X } from '../storage.ts';
import type { CellForm } from './cells.ts';
import type { Scratch } from './scratch.ts';
import { rowsOfTexel } from './stage-source.ts';

// Fused kernels keep a number of each row and unit, such as a state or a gate, in a block of texels [time, groups, hidden] of four rows: all that a launch reads
// for one row it reads for four. The last group of a step may have rows that are none; what they hold is never looked at.

/** A block for each component, such as the states of a cell; `undefined` for one that nothing computes. */
export type Bundle = readonly (Block | undefined)[];

/** One component of each bundle. */
export function component(bundles: readonly Bundle[], index: number): readonly Block[] {
  return bundles.map((bundle) => bundle[index] as Block);
}

/** The code of a texel of 1, 2 or 4 numbers. */
function texel(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : `[${values.join(', ')}]`;
}

/** Blocks of `size` texels one behind the other. As many are joined first as it takes for the rest to fit into one launch. */
export function join(scratch: Scratch, blocks: readonly Block[], size: number): Block {
  const most = scratch.machine.launcher.mostBlocks;
  const parts = blocks.map((block) => ({ block, count: size }));
  const joinSome = (some: typeof parts): (typeof parts)[number] => {
    let count = 0;
    const ends = some.map((part) => {
      count += part.count;
      return count;
    });
    const source = () => {
      const code = some.map((_, i) =>
        i === 0
          ? 'if (this.thread.x < end0) { return x0[this.thread.x]; }'
          : `if (this.thread.x < end${i}) { return x${i}[this.thread.x - end${i - 1}]; }`,
      );
      return {
        blocks: some.map((_, i) => `x${i}`),
        numbers: ends.map((_, i) => `end${i}`),
        body: `${code.join('\n')}\nreturn [0, 0, 0, 0];`,
      };
    };
    const joined = scratch.run(
      `join ${some.length}`,
      source,
      count,
      some.map(({ block }) => block),
      ends,
      4,
    );
    return { block: joined, count };
  };
  let rest = parts;
  const made: Block[] = [];
  while (rest.length > most) {
    const groups = Math.ceil((rest.length - most) / (most - 1));
    const joined: typeof parts = [];
    for (let group = 0; group < groups; group++) {
      const some = rest.slice(group * most, (group + 1) * most);
      if (some.length > 0) joined.push(joinSome(some));
    }
    for (const { block } of joined) made.push(block);
    rest = [...joined, ...rest.slice(groups * most)];
  }
  const { block } = joinSome(rest);
  for (const one of made) scratch.free(one);
  return block;
}

/** Arrays [batch, hidden] as blocks of texels of four rows. */
export function gatherRows(
  scratch: Scratch,
  arrays: readonly Block[],
  batch: number,
  hidden: number,
): readonly Block[] {
  const source = () => ({
    blocks: arrays.map((_, i) => `x${i}`),
    numbers: ['batch', 'hidden'],
    body: `const group = quotient(this.thread.x, hidden);
const unit = this.thread.x - group * hidden;
${rowsOfTexel.map((i) => `let row${i} = group * 4 + ${i};\nif (row${i} >= batch) { row${i} = 0; }\nconst at${i} = row${i} * hidden + unit;`).join('\n')}`,
    results: arrays.map((_, i) => `[${rowsOfTexel.map((row) => `x${i}[at${row}]`).join(', ')}]`),
  });
  const count = Math.ceil(batch / 4) * hidden;
  return scratch.runAll(`gatherRows ${arrays.length}`, arrays.length, source, count, arrays, [batch, hidden], 4);
}

/** Blocks of texels of four rows as an array [time, batch, block, hidden]. */
export function spreadRows(
  scratch: Scratch,
  blocks: readonly Block[],
  { time, batch, hidden }: { readonly time: number; readonly batch: number; readonly hidden: number },
): Block {
  const parts = blocks.length;
  const source = () => ({
    blocks: blocks.map((_, i) => `x${i}`),
    numbers: ['count', 'batch', 'hidden', 'groups'],
    body: `if (this.thread.x >= count) { return 0; }
const line = quotient(this.thread.x, hidden);
const row = quotient(line, ${parts});
const which = line - row * ${parts};
const step = quotient(row, batch);
const own = row - step * batch;
const group = quotient(own, 4);
const part = own - group * 4;
const at = (step * groups + group) * hidden + this.thread.x - line * hidden;
let texel = x0[at];
${blocks
  .slice(1)
  .map((_, i) => `if (which == ${i + 1}) { texel = x${i + 1}[at]; }`)
  .join('\n')}
if (part == 0) { return texel[0]; }
if (part == 1) { return texel[1]; }
if (part == 2) { return texel[2]; }
return texel[3];`,
  });
  const count = time * batch * parts * hidden;
  return scratch.run(`spreadRows ${parts}`, source, count, blocks, [count, batch, hidden, Math.ceil(batch / 4)]);
}

/** Each block of texels of four rows as an array [batch, hidden]. */
export function spreadStates(
  scratch: Scratch,
  blocks: readonly Block[],
  batch: number,
  hidden: number,
): readonly Block[] {
  const source = () => ({
    blocks: blocks.map((_, i) => `x${i}`),
    numbers: ['count', 'hidden'],
    body: `let place = this.thread.x;
if (place >= count) { place = 0; }
const row = quotient(place, hidden);
const group = quotient(row, 4);
const part = row - group * 4;
const at = group * hidden + place - row * hidden;
${blocks.map((_, i) => `const texel${i} = x${i}[at];\nlet y${i} = texel${i}[0];\n${[1, 2, 3].map((k) => `if (part == ${k}) { y${i} = texel${i}[${k}]; }`).join('\n')}`).join('\n')}`,
    results: blocks.map((_, i) => `y${i}`),
  });
  const count = batch * hidden;
  return scratch.runAll(`spreadStates ${blocks.length}`, blocks.length, source, count, blocks, [count, hidden]);
}

/** [gates * hidden, hidden] as texels [hidden, hidden]: at the state's unit and the gate's, those of all gates in the order of `weights`. */
export function packWeight(scratch: Scratch, weights: CellForm['weights'], weight: Block, hidden: number): Block {
  const at = (gate: number) => `weight[${gate} * hidden * hidden + unit * hidden + inner]`;
  const source = () => ({
    blocks: ['weight'],
    numbers: ['count', 'hidden'],
    body: `if (this.thread.x >= count) { return ${texel(weights.map(() => '0'))}; }
const inner = quotient(this.thread.x, hidden);
const unit = this.thread.x - inner * hidden;
return ${texel(weights.map((gate) => (gate === undefined ? '0' : at(gate))))};`,
  });
  const count = hidden * hidden;
  const width = weights.length as Block['width'];
  return scratch.run(`packWeight ${weights}`, source, count, [weight], [count, hidden], width);
}

/** An array [time, batch, width] with zeros from a row's length on. */
export function clearEnded(
  scratch: Scratch,
  block: Block,
  lengths: Block,
  time: number,
  batch: number,
  width: number,
): Block {
  const count = time * batch * width;
  const source = () => ({
    blocks: ['x', 'lengths'],
    numbers: ['count', 'batch', 'width'],
    body: `if (this.thread.x >= count) { return 0; }
const line = quotient(this.thread.x, width);
const step = quotient(line, batch);
if (step >= lengths[line - step * batch]) { return 0; }
return x[this.thread.x];`,
  });
  return scratch.run('clearEnded', source, count, [block, lengths], [count, batch, width]);
}

/** A matrix with zeros behind its rows and columns, or without some of them. */
export function resize(scratch: Scratch, matrix: X, shape: readonly [number, number]): X {
  const { machine } = scratch;
  const isLess = matrix.shape.some((size, axis) => size > shape[axis]!);
  if (!isLess && matrix.shape.every((size, axis) => size === shape[axis])) return matrix;
  const made = isLess ? slice(machine, matrix, [0, 0], shape, [1, 1]) : pad(machine, matrix, shape, [0, 0], [1, 1], 0);
  return scratch.view(scratch.take(made), shape);
}
