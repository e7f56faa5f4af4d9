import { BackendError, UnsupportedError } from '@sluice/core';
import type { ArgumentType, CompiledKernel, FunctionSource, KernelArgument, MappedTexels, Texels } from './gpu-js.ts';
import type { Opened } from './open.ts';
import { type Block, capacityFor, textureWidth } from './storage.ts';

/** A kernel before it is compiled for sizes. */
export interface KernelSource {
  /** Names of the blocks that it reads. */
  readonly blocks: readonly string[];
  /** Its numbers, which may change from launch to launch. */
  readonly numbers: readonly string[];
  /** Those of the numbers that are no whole numbers of 32 bits. */
  readonly floats?: readonly string[] | undefined;
  /** The body of the kernel, in the JavaScript of gpu.js; it returns texel `this.thread.x`, but for one of `runAll`. */
  readonly body: string;
  /** Functions that the body calls, and those that they call. */
  readonly functions?: readonly FunctionSource[] | undefined;
}

/** A kernel of several results: texel `this.thread.x` of each, as code over what the body named. */
export interface KernelsSource extends KernelSource {
  readonly results: readonly string[];
}

/** From here on an allocation is checked at once, which waits for the GPU; smaller ones are with the next download. */
const largeTexels = 2 ** 22;

const fixed = {
  precision: 'single',
  tactic: 'precision',
  immutable: true,
  fixIntegerDivisionAccuracy: false,
  strictIntegers: true,
} as const;

interface Entry {
  readonly kernel: CompiledKernel;
  /** Results that are not freed. gpu.js cannot delete a texture once its kernel is destroyed. */
  live: number;
}

/** Compiles kernels, keeps them, and launches them. */
export class Launcher {
  /** Launches so far, of uploads and downloads too. */
  launches = 0;
  /** Results that are not freed. */
  textures = 0;
  readonly #opened: Opened;
  // In the order of their last use.
  readonly #kernels = new Map<string, Entry>();
  readonly #mostKernels: number;
  readonly #makers = new WeakMap<Texels, Entry>();

  /** @param mostKernels kernels that are kept compiled; more only while results of all of them live */
  constructor(opened: Opened, mostKernels = 2048) {
    this.#opened = opened;
    this.#mostKernels = mostKernels;
  }

  /** Kernels that are kept compiled. */
  get kernels(): number {
    return this.#kernels.size;
  }

  /** The most blocks that a kernel may read. */
  get mostBlocks(): number {
    return this.#opened.mostTextures;
  }

  /**
   * Launches a kernel.
   * @param name names `source`: equal names have equal sources
   * @param count texels to write
   * @param width numbers in a texel of the result; more than one are returned by the body as an array
   * @throws UnsupportedError when the result does not fit into a texture; BackendError when the context is lost.
   */
  run(
    name: string,
    source: () => KernelSource,
    count: number,
    blocks: readonly Block[],
    numbers: readonly number[],
    width: Block['width'] = 1,
  ): Block {
    return this.#runSome(name, () => ({ ...source(), results: [] }), count, blocks, numbers, width)[0]!;
  }

  /**
   * Launches a kernel of several results: one launch where the device writes as many textures at a time, else a few, each of which computes everything.
   * @param results how many
   */
  runAll(
    name: string,
    results: number,
    source: () => KernelsSource,
    count: number,
    blocks: readonly Block[],
    numbers: readonly number[],
    width: Block['width'] = 1,
  ): readonly Block[] {
    const most = this.#opened.mostResults;
    return Array.from({ length: Math.ceil(results / most) }, (_, i) => {
      const some = () => {
        const all = source();
        return { ...all, results: all.results.slice(i * most, (i + 1) * most) };
      };
      return this.#runSome(`${name} ${i}`, some, count, blocks, numbers, width);
    }).flat();
  }

  #runSome(
    name: string,
    source: () => KernelsSource,
    count: number,
    blocks: readonly Block[],
    numbers: readonly number[],
    width: Block['width'],
  ): readonly Block[] {
    const capacity = this.#capacity(count);
    const key = `${name}|${capacity}|${blocks.map((block) => block.capacity)}`;
    const compile = () => {
      const { floats = [], ...rest } = source();
      const types: Record<string, ArgumentType> = {};
      for (const [i, block] of rest.blocks.entries()) types[block] = this.#typeOf(blocks[i]!.width);
      for (const number of rest.numbers) types[number] = floats.includes(number) ? 'Float' : 'Integer';
      return this.#compile(rest, types, capacity, width);
    };
    const texels = this.#launch(key, compile, [
      ...blocks.map((block) => block.texels),
      ...numbers,
    ]) as readonly Texels[];
    if (capacity >= largeTexels) this.#checkMemory(`for an array of ${capacity} texels`, texels);
    return texels.map((one) => ({ texels: one, capacity, width }));
  }

  /** Copies numbers to the GPU. */
  upload(count: number, write: (texels: Float32Array) => void): Block {
    const capacity = this.#capacity(count);
    const host = new Float32Array(capacity);
    write(host);
    const compile = () => this.#compile(copySource, { x: 'Input' }, capacity, 1);
    const input = new this.#opened.library.Input(host, [capacity]);
    const [texels] = this.#launch(`upload|${capacity}`, compile, [input]) as readonly [Texels];
    if (capacity >= largeTexels) this.#checkMemory(`for an array of ${capacity} texels`, [texels]);
    return { texels, capacity, width: 1 };
  }

  /**
   * Copies the texels out, one number each, after all that was launched before.
   * @throws BackendError when the context is lost, also meanwhile, or there was no memory for something that was computed since the last time.
   */
  async download({ texels, capacity }: Block): Promise<Float32Array> {
    if (texels instanceof Float32Array) return texels.slice();
    const compile = () => this.#compile(copySource, { x: 'ArrayTexture(1)' }, capacity);
    try {
      return (await this.#launch(`download|${capacity}`, compile, [texels])) as Float32Array;
    } finally {
      // Says it in place of gpu.js, too, where the context went meanwhile.
      this.#checkContext();
      this.#checkMemory('for all that was computed, so that results are wrong; use smaller batches or chunks');
    }
  }

  free({ texels }: Pick<Block, 'texels'>): void {
    const maker = this.#makers.get(texels);
    if (!maker) return;
    this.#makers.delete(texels);
    maker.live--;
    this.textures--;
    if ('delete' in texels) texels.delete();
  }

  #capacity(count: number): number {
    const { mostTexels } = this.#opened;
    if (count > mostTexels) {
      throw new UnsupportedError(
        `gpujs backend: an array takes ${count} texels, expected at most ${mostTexels} on this device; use smaller batches or chunks, or another backend`,
      );
    }
    return Math.min(capacityFor(count), mostTexels);
  }

  #typeOf(width: Block['width']): ArgumentType {
    if (this.#opened.mode !== 'cpu') return `ArrayTexture(${width})`;
    return width === 1 ? 'Array' : `Array1D(${width})`;
  }

  #compile(
    source: Pick<KernelSource, 'body' | 'functions'> & Partial<KernelsSource>,
    types: Readonly<Record<string, ArgumentType>>,
    capacity: number,
    // Absent for one that gives its result to the host.
    width?: Block['width'],
  ): CompiledKernel {
    const { gpu, mode } = this.#opened;
    // Results of the host are arrays, and so are those of mode cpu.
    const side = mode === 'cpu' || width === undefined ? capacity : textureWidth(capacity);
    const [first, ...others] = source.results ?? [];
    // gpu.js writes what these functions give into textures of their own.
    const keep = others.map((_, i) => `function keep${i}(texel) { return texel; }`);
    const end =
      first === undefined ? '' : `${others.map((code, i) => `keep${i}(${code});`).join('\n')}\nreturn ${first};`;
    const body = `${source.body}\n${end}`.replaceAll('this.thread.x', `(this.thread.x + this.thread.y * ${side})`);
    const text = `function kernel(${Object.keys(types).join(', ')}) {\n${body}\n}`;
    const settings = {
      ...fixed,
      output: side === capacity ? [capacity] : [side, capacity / side],
      argumentTypes: types,
      functions: source.functions ?? [],
      returnType: width === 2 || width === 4 ? (`Array(${width})` as const) : 'Number',
      pipeline: width !== undefined,
      asyncMode: width === undefined,
    } as const;
    return keep.length > 0 ? gpu.createKernelMap(keep, text, settings) : gpu.createKernel(text, settings);
  }

  #launch(key: string, compile: () => CompiledKernel, values: readonly KernelArgument[]): unknown {
    this.#checkContext();
    let entry = this.#kernels.get(key);
    const isNew = entry === undefined;
    entry ??= { kernel: compile(), live: 0 };
    this.#kernels.delete(key);
    this.#kernels.set(key, entry);
    this.launches++;
    // eslint-disable-next-line sluice/no-spread-arguments -- as many as the kernel has parameters
    const result = entry.kernel(...values);
    if (isNew) {
      const { fallbackReason } = entry.kernel.kernel;
      if (fallbackReason && this.#opened.mode !== 'cpu') {
        throw new UnsupportedError(
          `gpujs backend: gpu.js left the GPU (${fallbackReason}); please report the operation`,
        );
      }
    }
    const texels = result instanceof Promise ? [] : texelsOf(result as Texels | MappedTexels);
    for (const one of texels) {
      entry.live++;
      this.textures++;
      this.#makers.set(one, entry);
    }
    if (isNew) this.#evict();
    return result instanceof Promise ? result : texels;
  }

  /** Drops kernels that were not used for the longest time, among those that have no result left. */
  #evict(): void {
    for (const [key, { kernel, live }] of this.#kernels) {
      if (this.#kernels.size <= this.#mostKernels) return;
      if (live > 0) continue;
      this.#kernels.delete(key);
      kernel.kernel.destroy();
    }
  }

  #checkMemory(purpose: string, texels: readonly Texels[] = []): void {
    const { context } = this.#opened;
    if (!context || context.getError() !== context.OUT_OF_MEMORY) return;
    for (const one of texels) this.free({ texels: one });
    throw new BackendError(`gpujs backend: the GPU has no memory left ${purpose}`);
  }

  #checkContext(): void {
    if (!this.#opened.isLost()) return;
    throw new BackendError(
      'gpujs backend: the GPU context was lost, and all arrays with it; dispose of the device, create another one and load the last checkpoint',
    );
  }
}

/** The first result, and the others in their order. */
function texelsOf(result: Texels | MappedTexels): readonly Texels[] {
  if (!('result' in result)) return [result];
  const { result: first, ...others } = result;
  return [first, ...Object.values(others)];
}

const copySource = { body: 'return x[this.thread.x];' };
