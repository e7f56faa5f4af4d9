import { type Device, FormatError, OptionError, Tensor, type TensorData } from '@sluice/core';
import type { Json } from '../json.ts';

/** A value with tensors in it, taken apart: the tensors by their paths, and a description of the rest. */
export interface FlatTree {
  readonly tensors: ReadonlyMap<string, TensorData>;
  readonly structure: Json;
}

/** Deeper than anything that is carried, and far from the end of the stack. */
const maximumDepth = 32;

/**
 * Copies tensors in arrays, maps and plain objects, with the numbers, texts and truth values beside them, to the host.
 * @throws OptionError for anything else
 */
export async function flattenTree(value: unknown): Promise<FlatTree> {
  const found = new Map<string, Tensor>();
  const structure = describe(value, '', found);
  const tensors = new Map<string, TensorData>();
  for (const [path, tensor] of found) {
    tensors.set(path, { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() });
  }
  return { tensors, structure };
}

function describe(value: unknown, path: string, found: Map<string, Tensor>): Json {
  if (value instanceof Tensor) {
    found.set(path, value);
    return { tensor: path };
  }
  if (value === undefined) return { none: true };
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)) {
    return { value: value as Json };
  }
  const depth = path === '' ? 0 : path.split('.').length;
  if (typeof value === 'object' && value !== null && depth < maximumDepth) {
    const inner = (key: string | number, entry: unknown) => describe(entry, join(path, String(key)), found);
    if (Array.isArray(value)) return { array: value.map((entry, i) => inner(i, entry)) };
    if (value instanceof Map && [...value.keys()].every((key) => typeof key === 'string')) {
      return { map: [...value].map(([key, entry]) => [key, inner(key, entry)]) };
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return { object: Object.entries(value).map(([key, entry]) => [key, inner(key, entry)]) };
    }
  }
  const expected = 'tensors, numbers, texts and truth values in arrays, maps with texts as keys and plain objects';
  const argument = `carry${path === '' ? '' : `.${path}`}`;
  throw new OptionError({ operation: 'fit', argument, got: `is ${String(value)}`, expected });
}

function join(path: string, key: string): string {
  const escaped = key.replaceAll('~', '~0').replaceAll('.', '~1');
  return path === '' ? escaped : `${path}.${escaped}`;
}

/**
 * Puts a value together again, with tensors that belong to no scope.
 * @throws FormatError for a structure that `flattenTree` does not make, or when tensors and structure differ
 */
export function rebuildTree(device: Device, { tensors, structure }: FlatTree): unknown {
  const used = new Map<string, Tensor>();
  try {
    const value = build(structure, 0, (path) => {
      const data = tensors.get(path);
      if (!data || used.has(path)) throw new FormatError(`carry.${path} is missing or used twice`);
      const tensor = device.keep(device.tensor(data));
      used.set(path, tensor);
      return tensor;
    });
    for (const path of tensors.keys()) if (!used.has(path)) throw new FormatError(`carry.${path} has no place`);
    return value;
  } catch (error) {
    for (const tensor of used.values()) tensor.dispose();
    throw error;
  }
}

function build(node: Json, depth: number, tensorAt: (path: string) => Tensor): unknown {
  const entries = typeof node === 'object' && node !== null ? Object.entries(node) : [];
  const [kind, content] = entries[0] ?? ['', null];
  if (entries.length !== 1 || depth > maximumDepth) throw new FormatError('the structure of the carry is malformed');
  const inner = (entry: Json) => build(entry, depth + 1, tensorAt);
  const members = (list: readonly Json[]) =>
    list.map((member) => {
      const [key, entry] = Array.isArray(member) ? (member as Json[]) : [];
      if (typeof key !== 'string' || entry === undefined) throw new FormatError('the carry has a member without a key');
      return [key, inner(entry)] as const;
    });
  if (kind === 'tensor' && typeof content === 'string') return tensorAt(content);
  if (kind === 'none') return undefined;
  if (kind === 'value' && (typeof content !== 'object' || content === null)) return content;
  if (kind === 'array' && Array.isArray(content)) return (content as readonly Json[]).map(inner);
  if (kind === 'map' && Array.isArray(content)) return new Map(members(content as readonly Json[]));
  if (kind === 'object' && Array.isArray(content)) return Object.fromEntries(members(content as readonly Json[]));
  throw new FormatError(`the structure of the carry has an unknown part ${JSON.stringify(kind)}`);
}
