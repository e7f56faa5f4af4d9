import { loopBound } from '../kernels/reduce.ts';
import type { Block } from '../storage.ts';
import type { CellForm } from './cells.ts';
import type { Scratch } from './scratch.ts';
import { readTexel, texel } from './stage-source.ts';

const every = (width: number) => Array.from({ length: width }, (_, i) => i);

/** A texel of `width` with some numbers of another one. */
function pickCode(block: string, at: string, width: number, components: readonly number[]): string {
  const names = every(width).map((i) => `${block}Part${i}`);
  return `${readTexel(block, at, names)}\nreturn ${texel(components.map((i) => names[i]))};`;
}

/**
 * Blocks of `size` texels one behind the other, or one component of theirs. As many are joined first as it takes for the rest to fit into one
 * launch.
 */
export function join(scratch: Scratch, blocks: readonly Block[], size: number, component?: number): Block {
  const most = scratch.machine.launcher.mostBlocks;
  const parts = blocks.map((block) => ({ block, count: size }));
  const width = component === undefined ? blocks[0].width : 1;
  const joinSome = (some: typeof parts): (typeof parts)[number] => {
    let count = 0;
    const ends = some.map((part) => {
      count += part.count;
      return count;
    });
    const picks = some.map(({ block }) =>
      component === undefined || block.width === 1 ? every(block.width) : [component],
    );
    const source = () => {
      const code = some.map(({ block }, i) => {
        const one = pickCode(`x${i}`, i === 0 ? 'this.thread.x' : `this.thread.x - end${i - 1}`, block.width, picks[i]);
        return i === some.length - 1 ? one : `if (this.thread.x < end${i}) {\n${one}\n}`;
      });
      return {
        blocks: some.map((_, i) => `x${i}`),
        numbers: ends.map((_, i) => `end${i}`),
        body: `if (this.thread.x >= end${some.length - 1}) { return ${texel(every(width).map(() => '0'))}; }\n${code.join('\n')}`,
      };
    };
    const name = `join ${some.map(({ block }, i) => `${block.width}:${picks[i]}`).join(' ')}`;
    const joined = scratch.run(
      name,
      source,
      count,
      some.map(({ block }) => block),
      ends,
      width,
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
    made.push(...joined.map(({ block }) => block));
    rest = [...joined, ...rest.slice(groups * most)];
  }
  const { block } = joinSome(rest);
  for (const one of made) scratch.free(one);
  return block;
}

/** Blocks of one number a texel as the components of one block; `undefined` for zeros. */
export function interleave(scratch: Scratch, blocks: readonly (Block | undefined)[], count: number): Block {
  const given = blocks.filter((block) => block !== undefined);
  const values = blocks.map((block) => (block ? `x${given.indexOf(block)}[place]` : '0'));
  const source = () => ({
    blocks: given.map((_, i) => `x${i}`),
    numbers: ['last'],
    body: `let place = this.thread.x;\nif (place > last) { place = last; }\nreturn ${texel(values)};`,
  });
  return scratch.run(`interleave ${values}`, source, count, given, [count - 1], blocks.length as Block['width']);
}

/**
 * The components of texels [outer, inner] as an array [outer, component, inner].
 * @param components which, in the order of the result
 */
export function spread(
  scratch: Scratch,
  block: Block,
  outer: number,
  inner: number,
  components: readonly number[],
): Block {
  const { width } = block;
  const names = every(width).map((i) => `part${i}`);
  const source = () => ({
    blocks: ['x'],
    numbers: ['count', 'inner'],
    body: `if (this.thread.x >= count) { return 0; }
const line = quotient(this.thread.x, inner);
const group = quotient(line, ${components.length});
const which = line - group * ${components.length};
${readTexel('x', 'group * inner + this.thread.x - line * inner', names)}
${components
  .slice(0, -1)
  .map((component, i) => `if (which == ${i}) { return ${names[component]}; }`)
  .join('\n')}
return ${names[components[components.length - 1]]};`,
  });
  const count = outer * inner * components.length;
  return scratch.run(`spread ${width} ${components}`, source, count, [block], [count, inner]);
}

/** [gates * hidden, hidden] as texels [hidden, hidden]: at the state's unit and the gate's, the weights of all gates. */
export function packWeight(scratch: Scratch, { weights }: CellForm, weight: Block, hidden: number): Block {
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

/**
 * Texels [hidden, hidden]: at the gate's unit and the state's, the sums over `rows` of each gate's gradient times the state, or for the last gate times `middle`.
 */
export function weightProduct(
  scratch: Scratch,
  form: CellForm,
  gradient: Block,
  last: Block,
  middle: Block | undefined,
  rows: number,
  hidden: number,
): Block {
  const { productGradients } = form;
  const bound = loopBound(rows);
  const ofMiddle = productGradients.length - 1;
  const names = every(gradient.width).map((i) => (productGradients.includes(i) ? `g${i}` : ''));
  const sums = productGradients.map((component, gate) => {
    const factor = middle && gate === ofMiddle ? 'm' : 'h';
    return `s${component} = s${component} + g${component} * ${factor};`;
  });
  const source = () => ({
    blocks: ['gradient', 'last', ...(middle ? ['middle'] : [])],
    numbers: ['count', 'hidden', 'rows'],
    body: `if (this.thread.x >= count) { return ${texel(names.map(() => '0'))}; }
const unit = quotient(this.thread.x, hidden);
const inner = this.thread.x - unit * hidden;
${every(gradient.width)
  .map((i) => `let s${i} = 0;`)
  .join('\n')}
for (let k = 0; k < ${bound}; k++) {
  if (k >= rows) { break; }
  const at = k * hidden;
  ${readTexel('gradient', 'at + unit', names)}
  const h = last[at + inner];
  ${middle ? 'const m = middle[at + inner];' : ''}
  ${sums.join('\n  ')}
}
return ${texel(every(gradient.width).map((i) => `s${i}`))};`,
  });
  const blocks = [gradient, last, ...(middle ? [middle] : [])];
  const count = hidden * hidden;
  const name = `weightProduct ${productGradients} ${middle ? 'middle' : ''} ${bound}`;
  return scratch.run(name, source, count, blocks, [count, hidden, rows], gradient.width);
}

/** An array [time, rows of the batch, hidden] or [rows, hidden] with zeros from a row's length on, or in rows of length 0. */
export function clearEnded(
  scratch: Scratch,
  block: Block,
  lengths: Block,
  count: number,
  hidden: number,
  batch: number,
): Block {
  const source = () => ({
    blocks: ['x', 'lengths'],
    numbers: ['count', 'hidden', 'batch'],
    body: `if (this.thread.x >= count) { return 0; }
const line = quotient(this.thread.x, hidden);
const step = quotient(line, batch);
if (step >= lengths[line - step * batch]) { return 0; }
return x[this.thread.x];`,
  });
  return scratch.run('clearEnded', source, count, [block, lengths], [count, hidden, batch]);
}
