import { Tensor } from './tensor.ts';

/**
 * The tensors inside a value: in arrays, plain objects, maps and sets, at any depth. Instances of other classes own what
 * they hold and are not looked into.
 */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  const found: Tensor[] = [];
  collect(value, found, new Set());
  return found;
}

function collect(value: unknown, found: Tensor[], seen: Set<object>): void {
  if (value instanceof Tensor) {
    found.push(value);
    return;
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value) || value instanceof Set) {
    for (const entry of value) collect(entry, found, seen);
  } else if (value instanceof Map) {
    for (const entry of value.values()) collect(entry, found, seen);
  } else if (isPlain(value)) {
    for (const entry of Object.values(value)) collect(entry, found, seen);
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
