import { checkGiven } from './check-given.ts';
import { OptionError, refuse } from './errors.ts';
import { philox4x32 } from './philox.ts';

/** Everything that determines the numbers to come, as plain JSON. */
export interface RandomState {
  /** Philox key: two words of 32 bits. */
  readonly key: readonly [number, number];
  /** Draws made so far. */
  readonly position: number;
}

const wordRange = 2 ** 32;

/** Most blocks of two draws that are made in advance. */
const mostBlocks = 256;

/**
 * Seeded random numbers from the counter-based generator Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011). Draw k of a stream is a function of key and k alone, so a stream resumes anywhere, and
 * streams made by `fork` are independent whatever order they are used in.
 */
export class Random {
  #key: readonly [number, number];
  #position: number;
  // Draws made in advance, as words, two for each; from draw `#first` to `#end` - 1. They are a function of the key alone.
  #words = new Uint32Array(4);
  #first = 0;
  #end = 0;

  /**
   * @param seed a whole number from 0 to 2^53 - 1, or a saved `state`
   * @throws OptionError when it is neither
   */
  constructor(seed: number | RandomState) {
    if (typeof seed === 'number') {
      checkWhole('Random', 'seed', seed);
      this.#key = [seed % wordRange, Math.floor(seed / wordRange)];
      this.#position = 0;
    } else {
      checkState(seed);
      this.#key = [seed.key[0], seed.key[1]];
      this.#position = seed.position;
    }
  }

  get state(): RandomState {
    return { key: [...this.#key], position: this.#position };
  }

  /** Continues from a saved state. */
  set state(state: RandomState) {
    checkState(state);
    this.#key = [state.key[0], state.key[1]];
    this.#position = state.position;
    this.#end = this.#first;
  }

  /**
   * An independent stream, named by a number or a text. It depends on this stream's key alone, not on how much was drawn.
   * @example
   * const order = new Random(seed).fork('shuffle').fork(epoch).permutation(count);
   */
  fork(name: number | string): Random {
    let hash = 0xcbf29ce484222325n;
    for (const byte of new TextEncoder().encode(`${typeof name}:${name}`)) {
      hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
    }
    const block = new Uint32Array(4);
    // The third counter word sets forks apart from draws, whose counters use the first two words only.
    block.set([Number(hash & 0xffffffffn), Number(hash >> 32n), 1, 0]);
    philox4x32(block, this.#key[0], this.#key[1]);
    return new Random({ key: [block[0]!, block[1]!], position: 0 });
  }

  /** One number from [0, 1), with 53 random bits. */
  next(): number {
    const position = this.#position++;
    if (position < this.#first || position >= this.#end) this.#load(position);
    const at = 2 * (position - this.#first);
    return ((this.#words[at]! >>> 5) * 2 ** 26 + (this.#words[at + 1]! >>> 6)) * 2 ** -53;
  }

  /** `count` numbers from [low, high). */
  uniform(count: number, low = 0, high = 1): Float64Array {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = low + (high - low) * this.next();
    return values;
  }

  /** `count` numbers from the normal distribution (Box & Muller 1958, the cosine branch). */
  normal(count: number, mean = 0, deviation = 1): Float64Array {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
      values[i] = mean + deviation * radius * Math.cos(2 * Math.PI * this.next());
    }
    return values;
  }

  /**
   * A whole number from `low` to `high - 1`, every one equally likely.
   * @throws OptionError unless low < high, both whole
   */
  integer(low: number, high: number): number {
    const range = high - low;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || range < 1 || range > wordRange) {
      refuse(
        OptionError,
        'integer',
        'range',
        `is ${low} to ${high}`,
        'whole numbers, low below high, at most 2^32 apart',
      );
    }
    // 53 random bits over a range of at most 32: no value is likelier than another by more than 2^-21.
    return low + Math.floor(this.next() * range);
  }

  /** The numbers 0 to count - 1 in random order (Fisher & Yates 1938, Durstenfeld 1964). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  /** Makes draws from `position` on: the more, the longer they have been read one after the other. */
  #load(position: number): void {
    const block = Math.floor(position / 2);
    const blocks = position === this.#end ? Math.max(1, Math.min(mostBlocks, this.#end - this.#first)) : 1;
    if (4 * blocks > this.#words.length) this.#words = new Uint32Array(4 * blocks);
    for (let i = 0; i < blocks; i++) {
      this.#words[4 * i] = (block + i) % wordRange;
      this.#words[4 * i + 1] = Math.floor((block + i) / wordRange);
      this.#words[4 * i + 2] = 0;
      this.#words[4 * i + 3] = 0;
    }
    philox4x32(this.#words, this.#key[0], this.#key[1], 4 * blocks);
    this.#first = 2 * block;
    this.#end = 2 * (block + blocks);
  }
}

function checkWhole(operation: string, argument: string, value: number): void {
  checkGiven(
    Number.isSafeInteger(value) && value >= 0,
    operation,
    argument,
    value,
    'a whole number from 0 to 2^53 - 1',
  );
}

function checkState(state: RandomState): void {
  const isWord = (value: unknown) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < wordRange;
  if (!Array.isArray(state?.key) || state.key.length !== 2 || !state.key.every(isWord)) {
    throw new OptionError('Random: state has no key of two 32-bit words');
  }
  checkWhole('Random', 'state.position', state.position);
}
