/**
 * A sum of floats whose rounding error does not grow with their number (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
 * Summen", ZAMM 54, 1974: Kahan's sum, also where a term is larger than the sum so far).
 */
export class CompensatedSum {
  #sum = 0;
  #lost = 0;

  add(value: number): this {
    const next = this.#sum + value;
    const [large, small] = Math.abs(this.#sum) >= Math.abs(value) ? [this.#sum, value] : [value, this.#sum];
    this.#lost += large - next + small;
    this.#sum = next;
    return this;
  }

  /** Infinite or NaN where a term or the sum on its way was. */
  get value(): number {
    return Number.isFinite(this.#lost) ? this.#sum + this.#lost : this.#sum;
  }
}

const huge = 2 ** 900;
const hugeUnit = 2 ** 100;

/** A mean of finite numbers by compensated sums. It overflows nowhere and lies between the least and the greatest of them, so that of equal ones is exact. */
export class RunningMean {
  readonly #sum = new CompensatedSum();
  readonly #huge = new CompensatedSum();
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;
  #count = 0;

  add(value: number): this {
    if (Math.abs(value) < huge) this.#sum.add(value);
    else this.#huge.add(value / hugeUnit);
    this.#least = Math.min(this.#least, value);
    this.#greatest = Math.max(this.#greatest, value);
    this.#count++;
    return this;
  }

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  /** NaN when none was added. */
  get value(): number {
    const mean = this.#sum.value / this.#count + (this.#huge.value / this.#count) * hugeUnit;
    return Math.min(Math.max(mean, this.#least), this.#greatest);
  }
}

/** The mean of finite numbers, NaN for none; as `RunningMean`. */
export function meanOf(values: Iterable<number>): number {
  const mean = new RunningMean();
  for (const value of values) mean.add(value);
  return mean.value;
}

const large = 2 ** 480;
const squareUnit = 2 ** 600;

/**
 * The root of the mean of the squares of finite numbers, where squares would over- or underflow too: large and small numbers are summed apart, on scales
 * of their own (Blue, "A portable Fortran program to find the Euclidean norm of a vector", ACM TOMS 4, 1978).
 */
export class RootMeanSquare {
  readonly #large = new CompensatedSum();
  readonly #sum = new CompensatedSum();
  readonly #small = new CompensatedSum();
  #count = 0;

  add(value: number): this {
    const size = Math.abs(value);
    if (size > large) this.#large.add((size / squareUnit) ** 2);
    else if (size * large < 1) this.#small.add((size * squareUnit) ** 2);
    else this.#sum.add(size ** 2);
    this.#count++;
    return this;
  }

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  /** NaN when none was added. */
  get value(): number {
    const root = (sum: CompensatedSum) => Math.sqrt(sum.value / this.#count);
    return Math.hypot(root(this.#large) * squareUnit, root(this.#sum), root(this.#small) / squareUnit);
  }
}
