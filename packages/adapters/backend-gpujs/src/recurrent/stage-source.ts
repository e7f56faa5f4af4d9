import type { KernelSource } from '../launcher.ts';
import type { CellForm, Product, Role, Stage } from './cells.ts';

/** What a launch gives for a row that has no such step: zeros, or what the states or their gradients were. */
export type Idle = 'zeros' | 'last' | 'carry';

/** The code that reads a texel and names what it holds; an empty name is left out. */
export function readTexel(block: string, at: string, names: readonly string[]): string {
  if (names.length === 1) return `const ${names[0]} = ${block}[${at}];`;
  const parts = names.map((name, i) => (name === '' ? '' : `const ${name} = ${block}Texel[${i}];`));
  return [`const ${block}Texel = ${block}[${at}];`, ...parts].join('\n');
}

/** The code of a texel of 1, 2 or 4 numbers. */
export function texel(values: readonly string[]): string {
  return values.length === 1 ? values[0] : `[${values.join(', ')}]`;
}

function namesOf(form: CellForm, role: Role, width: number): readonly string[] {
  const ofStates = (name: (state: string) => string) =>
    form.state.map((state, i) => (form.states.includes(i) ? name(state) : ''));
  if (role === 'gates') return form.kept ?? [];
  if (role === 'last') return ofStates((state) => `${state}0`);
  if (role === 'carry') return ofStates((state) => `d${state}`);
  if (role === 'after') return form.state;
  return Array.from({ length: width }, (_, i) => `gradient${i}`);
}

function read(form: CellForm, role: Role, width: number): string {
  if (role === 'projected') {
    const gates = Array.from({ length: form.gates }, (_, gate) => gate);
    const at = (gate: number) => `projectedStart + (row * ${form.gates} + ${gate}) * hidden + unit`;
    return gates.map((gate) => `const x${gate} = projected[${at(gate)}];`).join('\n');
  }
  if (role === 'bias') return 'const bias0 = bias[unit];';
  if (role === 'output') return 'const dy = output[outputStart + place];';
  return readTexel(role, role === 'gates' ? 'gatesStart + place' : 'place', namesOf(form, role, width));
}

function component(block: string, width: number, index: number): string {
  return width === 1 ? block : `${block}[${index}]`;
}

/** `width` is that of the texels that the weights are multiplied with. */
function multiply(form: CellForm, { of, pairs }: Product, bound: number, width: number): string {
  const isBack = of === 'gradient';
  const sums = isBack ? ['s'] : pairs.map(([, weight]) => `s${weight}`);
  const terms = pairs.map(
    ([own, weight]) => `${component('v', width, own)} * ${component('w', form.weights.length, weight)}`,
  );
  const lines = isBack
    ? [`s = s + ${terms.join(' + ')};`]
    : terms.map((term, i) => `${sums[i]} = ${sums[i]} + ${term};`);
  // The weights' texels are [inner, unit]: of the state's unit and the gate's.
  const at = isBack ? 'unit * hidden + k' : 'k * hidden + unit';
  return `${sums.map((sum) => `let ${sum} = 0;`).join('\n')}
for (let k = 0; k < ${bound}; k++) {
  if (k >= hidden) { break; }
  const v = ${of}[row * hidden + k];
  const w = weight[${at}];
  ${lines.join('\n  ')}
}`;
}

/** The roles that a launch reads, in the order of its blocks. */
export function rolesOf(stage: Stage, idle: Idle, masked: boolean): readonly Role[] {
  const roles = new Set(stage.reads);
  if (stage.product) roles.add(stage.product.of);
  if (masked && idle !== 'zeros') roles.add(idle);
  return [...roles];
}

/** How a launch is compiled. */
export interface Launch {
  readonly form: CellForm;
  readonly stage: Stage;
  readonly idle: Idle;
  /** Whether rows have lengths. */
  readonly masked: boolean;
  /** The most units that its loops go over. */
  readonly bound: number;
  /** Of the block of a role. */
  readonly widthOf: (role: Role) => number;
}

/** The kernel of a launch. It reads the blocks of its roles, then the weights if it has a product, then, `masked`, the lengths. */
export function stageSource({ form, stage, idle, masked, bound, widthOf }: Launch): KernelSource {
  const { product } = stage;
  const roles = rolesOf(stage, idle, masked);
  const reads = roles.filter((role) => stage.reads.includes(role) || role === idle);
  const idleTexel =
    idle === 'zeros'
      ? stage.result.map(() => '0')
      : namesOf(form, idle, widthOf(idle)).map((name) => (name === '' ? '0' : name));
  return {
    blocks: [...roles, ...(product ? ['weight'] : []), ...(masked ? ['lengths'] : [])],
    numbers: ['count', 'hidden', 'step', 'projectedStart', 'outputStart', 'gatesStart'],
    functions: form.functions,
    body: `if (this.thread.x >= count) { return ${texel(stage.result.map(() => '0'))}; }
const place = this.thread.x;
const row = quotient(place, hidden);
const unit = place - row * hidden;
${reads.map((role) => read(form, role, widthOf(role))).join('\n')}
${masked ? `if (step >= lengths[row]) { return ${texel(idleTexel)}; }` : ''}
${product ? multiply(form, product, bound, widthOf(product.of)) : ''}
${stage.code}
return ${texel(stage.result)};`,
  };
}
