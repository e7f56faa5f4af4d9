/** A number that knows what it was computed from, and its derivative with respect to each of these. */
export interface Scalar {
  readonly value: number;
  readonly sources: readonly Scalar[];
  readonly slopes: readonly number[];
  /** Of whatever `backward` was asked for, with respect to this number. */
  gradient: number;
}

/** Arithmetic in float64 that is written down as it happens, so that nobody has to derive its gradients by hand. */
export class ScalarTape {
  readonly #scalars: Scalar[] = [];

  constant(value: number): Scalar {
    return this.#add(value, [], []);
  }

  sum(...terms: readonly Scalar[]): Scalar {
    const value = terms.reduce((total, x) => total + x.value, 0);
    return this.#add(
      value,
      terms,
      terms.map(() => 1),
    );
  }

  product(a: Scalar, b: Scalar): Scalar {
    return this.#add(a.value * b.value, [a, b], [b.value, a.value]);
  }

  dot(a: readonly Scalar[], b: readonly Scalar[]): Scalar {
    const value = a.reduce((total, x, i) => total + x.value * b[i]!.value, 0);
    return this.#add(value, [...a, ...b], [...b.map((x) => x.value), ...a.map((x) => x.value)]);
  }

  /** 1 - x */
  complement(x: Scalar): Scalar {
    return this.#add(1 - x.value, [x], [-1]);
  }

  sigmoid(x: Scalar): Scalar {
    const y = 1 / (1 + Math.exp(-x.value));
    return this.#add(y, [x], [y * (1 - y)]);
  }

  tanh(x: Scalar): Scalar {
    const y = Math.tanh(x.value);
    return this.#add(y, [x], [1 - y * y]);
  }

  relu(x: Scalar): Scalar {
    return this.#add(Math.max(x.value, 0), [x], [x.value > 0 ? 1 : 0]);
  }

  /** Passes the gradients of results, set beforehand, on to everything that they were computed from. */
  backward(): void {
    for (const { gradient, sources, slopes } of this.#scalars.toReversed()) {
      for (let i = 0; i < sources.length; i++) sources[i]!.gradient += gradient * slopes[i]!;
    }
  }

  #add(value: number, sources: readonly Scalar[], slopes: readonly number[]): Scalar {
    const scalar = { value, sources, slopes, gradient: 0 };
    this.#scalars.push(scalar);
    return scalar;
  }
}
