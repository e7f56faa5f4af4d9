/** @typedef {import('../workloads.ts').Workload} Workload */

/** Rows and columns of the product that the ceiling is measured with: large enough that packing and reading it back count little. */
export const productSize = 512;

/** Numbers between -1 and 1 that look random and are the same in every run. */
export function numbers(/** @type {number} */ size, seed = 1) {
  let state = seed;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Classes from 0 to `count` - 1. */
export function classes(/** @type {number} */ size, /** @type {number} */ count) {
  return Int32Array.from(numbers(size, 2), (value) => Math.min(count - 1, Math.floor(((value + 1) / 2) * count)));
}
