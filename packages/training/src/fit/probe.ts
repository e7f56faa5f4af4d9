import { concat, reshape } from '@sluice/autograd';
import { isFloat, Tensor } from '@sluice/core';

/** Lowest and highest element, two scalars outside of all scopes. A NaN makes both NaN. */
export function probe(x: Tensor): [low: Tensor, high: Tensor] {
  const axes = x.shape.map((_, axis) => axis);
  // Kernels and not operations, which the observer and the tape would hear.
  const reduce = (kind: 'min' | 'max') =>
    x.device.execute('fit', [x], [], x.dtype, (backend, [operand]) => backend.reduce(kind, operand!, axes));
  return x.device.keep([reduce('min'), reduce('max')]);
}

export function canProbe(x: Tensor): boolean {
  return isFloat(x.dtype) && x.size > 0 && !x.disposed;
}

/**
 * The first NaN or infinity of each tensor that holds one: reductions on the device, and one download for each dtype.
 * @param pause called between tensors
 */
export async function nonFiniteIn(
  named: Iterable<readonly [name: string, tensor: Tensor]>,
  pause: () => Promise<void>,
): Promise<Map<string, number>> {
  const groups = new Map<string, { readonly names: string[]; readonly extremes: Tensor[] }>();
  try {
    for (const [name, tensor] of named) {
      if (!canProbe(tensor)) continue;
      const group = groups.get(tensor.dtype) ?? { names: [], extremes: [] };
      groups.set(tensor.dtype, group);
      group.names.push(name);
      group.extremes.push(...probe(tensor));
      await pause();
    }
    const found = new Map<string, number>();
    for (const { names, extremes } of groups.values()) {
      const all = extremes[0]!.device.scope(() => concat(extremes.map((extreme) => reshape(extreme, [1]))));
      const values = await all.data().finally(() => all.dispose());
      for (const [k, name] of names.entries()) {
        const bad = [values[2 * k]!, values[2 * k + 1]!].find((value) => !Number.isFinite(value));
        if (bad !== undefined) found.set(name, bad);
      }
    }
    return found;
  } finally {
    for (const { extremes } of groups.values()) for (const extreme of extremes) extreme.dispose();
  }
}

/** Tensors and float arrays inside a value, with the way to each. */
export function arraysIn(path: string, value: unknown, seen = new Set<unknown>()): [name: string, array: unknown][] {
  if (value instanceof Tensor || value instanceof Float32Array || value instanceof Float64Array) return [[path, value]];
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return [];
  seen.add(value);
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value.entries() : Object.entries(value);
  return [...entries].flatMap(([key, entry]) =>
    // Host data are one thing to their owner: `batch.inputs`, not `batch.inputs.data`.
    arraysIn(key === 'data' && 'dtype' in value ? path : `${path}.${String(key)}`, entry, seen),
  );
}
