import { Tensor } from './tensor.ts';

/**
 * The tensors inside a value: in arrays, plain objects, maps and sets, at any depth. Instances of other classes own what
 * they hold and are not looked into.
 */
export function tensorsIn(value: unknown, found: Tensor[] = []): Tensor[] {
  if (value instanceof Tensor) {
    found.push(value);
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const entry of value) tensorsIn(entry, found);
  } else if (value instanceof Map) {
    for (const entry of value.values()) tensorsIn(entry, found);
  } else if (typeof value === 'object' && value !== null && isPlain(value)) {
    for (const entry of Object.values(value)) tensorsIn(entry, found);
  }
  return found;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
