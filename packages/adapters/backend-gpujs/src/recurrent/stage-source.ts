import { maximumOf } from '@sluice/core';
import type { KernelsSource } from '../launcher.ts';
import { type CellForm, type Product, type Role, type Stage, wholeStep } from './cells.ts';

/** What a launch gives for a row that has no such step: zeros, or what the states or their gradients were. */
export type Idle = 'zeros' | 'last' | 'carry';

/** Rows of the batch in a texel. */
export const rowsOfTexel = [0, 1, 2, 3] as const;

/** A block that a launch reads: a component of a role, or `projected`, `bias` and `output`, which are arrays of one number a texel. */
export interface Read {
  readonly role: Role;
  readonly component: number;
}

const nameOfRead = ({ role, component }: Read): string => `${role}${component}`;

const arrays: readonly Role[] = ['projected', 'bias', 'output'];

/** What the code calls the components of a role; an empty name is left out. */
function namesOf(form: CellForm, role: Role): readonly string[] {
  const ofStates = (name: (state: string) => string) =>
    form.state.map((state, i) => (form.states.includes(i) ? name(state) : ''));
  if (role === 'gates') return form.kept ?? [];
  if (role === 'last') return ofStates((state) => `${state}0`);
  if (role === 'carry') return ofStates((state) => `d${state}`);
  if (role === 'after') return form.state;
  return form.gradients[0]!.result.map((_, i) => `gradient${i}`);
}

const identifiers = /\b(?!(?:const|let|if|Math)\b)[A-Za-z]\w*\b(?!\s*\()/g;

/** The code of one row of a texel. */
const ofRow = (code: string, row: number) => code.replace(identifiers, (name) => `${name}Of${row}`);

const forRows = (code: (row: number) => string) => rowsOfTexel.map(code).join('\n');

/** How a launch is compiled. */
export interface Launch {
  readonly form: CellForm;
  readonly stage: Stage;
  readonly idle: Idle;
  /** Whether rows have lengths. */
  readonly masked: boolean;
  /** The most turns of four units that its loops take. */
  readonly bound: number;
}

/** The components of the result of a stage that it computes. */
export function resultsOf({ result }: Stage): readonly number[] {
  return [...result.keys()].filter((i) => result[i] !== '0');
}

function idleCode({ form, idle }: Launch, component: number): string {
  return (idle !== 'zeros' && namesOf(form, idle)[component]) || '0';
}

/** The blocks that a launch reads at its own place or for its product, in the order of its arguments. */
export function readsOf(launch: Launch): readonly Read[] {
  const { form, stage, idle, masked } = launch;
  const { product } = stage;
  const idleNames = masked ? resultsOf(stage).map((i) => idleCode(launch, i)) : [];
  const used = new Set([stage.code, ...stage.result, ...idleNames].join(' ').match(identifiers));
  const roles = new Set<Role>([
    ...stage.reads,
    ...(product ? [product.of] : []),
    ...(masked && idle !== 'zeros' ? [idle] : []),
  ]);
  return [...roles].flatMap((role): readonly Read[] => {
    if (arrays.includes(role)) return [{ role, component: 0 }];
    const ofProduct = product?.of === role ? product.pairs.map(([component]) => component) : [];
    return namesOf(form, role).flatMap((name, component) =>
      used.has(name) || ofProduct.includes(component) ? [{ role, component }] : [],
    );
  });
}

/** Names of all blocks that a launch reads: those of `readsOf`, then the weights if it has a product, then, `masked`, the lengths. */
function blocksOf(launch: Launch): readonly string[] {
  const { stage, masked } = launch;
  return [...readsOf(launch).map(nameOfRead), ...(stage.product ? ['weight'] : []), ...(masked ? ['lengths'] : [])];
}

/** The most blocks that any launch of a cell reads, forward or back. */
export function mostReads(form: CellForm): number {
  const launches: readonly (readonly [Stage | undefined, Idle])[] = [
    [form.open, 'zeros'],
    [wholeStep(form, true) ?? form.step, 'last'],
    ...form.gradients.map((stage) => [stage, 'zeros'] as const),
    [form.carry, 'carry'],
  ];
  const counts = launches.map(([stage, idle]) =>
    stage ? blocksOf({ form, stage, idle, masked: true, bound: 1 }).length : 0,
  );
  return maximumOf(counts);
}

function read(form: CellForm, { role, component }: Read): string {
  const block = nameOfRead({ role, component });
  if (role === 'projected') {
    const gates = Array.from({ length: form.gates }, (_, gate) => gate);
    const at = (row: number, gate: number) => `((row + ${row}) * ${form.gates} + ${gate}) * hidden + unit`;
    return forRows((row) => gates.map((gate) => `const x${gate}Of${row} = ${block}[${at(row, gate)}];`).join('\n'));
  }
  if (role === 'bias') return `const bias = ${block}[unit];\n${forRows((row) => `const bias0Of${row} = bias;`)}`;
  if (role === 'output') return forRows((row) => `const dyOf${row} = ${block}[(row + ${row}) * hidden + unit];`);
  const name = namesOf(form, role)[component];
  if (name === '') return '';
  return `const ${block}Here = ${block}[place];\n${forRows((row) => `const ${name}Of${row} = ${block}Here[${row}];`)}`;
}

/** The weight's part of a texel. */
function component(block: string, width: number, index: number): string {
  return width === 1 ? block : `${block}[${index}]`;
}

/** A texel of states and one of weights are read for the products of four rows with all gates; four units a turn, for what a turn costs. */
function multiply(form: CellForm, { of, pairs, projects }: Product, bound: number): string {
  const isBack = of === 'gradient' || of === 'carry';
  const width = projects ? 1 : form.weights.length;
  const sums = isBack ? ['s'] : pairs.map(([, weight]) => `s${weight}`);
  const components = [...new Set(pairs.map(([own]) => own))];
  // The weights' texels are [inner, unit]: of the state's unit and the gate's.
  const at = (k: string) => (isBack ? `unit * hidden + ${k}` : `(${k}) * hidden + unit`);
  const turn = (units: readonly string[]) => {
    const texels = units.flatMap((k, i) => [
      ...components.map((own) => `const v${own}${i} = ${nameOfRead({ role: of, component: own })}[line + ${k}];`),
      `const w${i} = weight[${at(k)}];`,
    ]);
    const term = (row: number, [own, weight]: readonly [number, number]) =>
      units.map((_, i) => `v${own}${i}[${row}] * ${component(`w${i}`, width, weight)}`).join(' + ');
    const add = (sum: string, terms: readonly string[]) => `${sum} = ${sum} + (${terms.join(' + ')});`;
    const rows = rowsOfTexel.flatMap((row) =>
      isBack
        ? [
            add(
              `sOf${row}`,
              pairs.map((pair) => term(row, pair)),
            ),
          ]
        : pairs.map((pair, i) => add(`${sums[i]}Of${row}`, [term(row, pair)])),
    );
    return [...texels, ...rows].join('\n');
  };
  return `${forRows((row) => sums.map((sum) => `let ${sum}Of${row} = 0;`).join(' '))}
const line = group * hidden;
const turns = quotient(reach, 4);
for (let turn = 0; turn < ${bound}; turn++) {
if (turn >= turns) { break; }
const k = turn * 4;
${turn(['k', 'k + 1', 'k + 2', 'k + 3'])}
}
for (let rest = 0; rest < 3; rest++) {
const k = turns * 4 + rest;
if (k >= reach) { break; }
${turn(['k'])}
}`;
}

/** The kernel of a launch, of which a thread computes a unit of four rows. It reads what `blocksOf` names. */
export function stageSource(launch: Launch): KernelsSource {
  const { form, stage, masked, bound } = launch;
  const { product, code, result } = stage;
  const reads = readsOf(launch);
  const results = resultsOf(stage);
  const finish = (row: number) => {
    const values = results.map((i) => `let result${i}Of${row} = ${ofRow(result[i]!, row)};`);
    if (!masked) return values.join('\n');
    const idle = results.map((i) => `result${i}Of${row} = ${ofRow(idleCode(launch, i), row)};`);
    return `${values.join('\n')}\nif (step >= lengths[own + ${row}]) { ${idle.join(' ')} }`;
  };
  return {
    blocks: blocksOf(launch),
    numbers: ['count', 'hidden', 'reach', 'batch', 'step'],
    functions: form.functions,
    body: `let place = this.thread.x;
if (place >= count) { place = 0; }
const group = quotient(place, hidden);
const unit = place - group * hidden;
const own = group * 4;
const row = step * batch + own;
${reads.map((one) => read(form, one)).join('\n')}
${product ? multiply(form, product, bound) : ''}
${forRows((row) => ofRow(code, row))}
${forRows(finish)}`,
    results: results.map((i) => `[${rowsOfTexel.map((row) => `result${i}Of${row}`).join(', ')}]`),
  };
}
