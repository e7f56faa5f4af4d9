import { FormatError } from '@sluice/core';
import { unzipBounded } from '@sluice/core/node';

/** An object of R: its own value, and its attributes by name. */
export interface RObject {
  /** Numbers (NA is NaN), texts, a list of objects, or null. */
  readonly value: readonly number[] | readonly (string | null)[] | readonly RObject[] | null;
  readonly attributes: ReadonlyMap<string, RObject>;
}

/**
 * Numbers of one object out of a lazy-load database, as R packages keep their data.
 * @param index the bytes of the `.rdx` file, which says where in the `.rdb` file each object lies
 * @param source names the database in errors
 * @throws FormatError when the files are no such database, or it has no numbers under this name
 */
export function readRNumbers(index: Uint8Array, database: Uint8Array, name: string, source: string): Float64Array {
  try {
    const entry = child(child(readRObject(unzipBounded(index, 'the index')), 'variables'), name);
    const [start = -1, length = -1] = entry.value as number[];
    if (!(start >= 0 && length > 4 && start + length <= database.length)) {
      throw new FormatError(`lies at bytes ${start} to ${start + length} of ${database.length}`);
    }
    // Four bytes of length stand before the compressed ones.
    const { value } = readRObject(unzipBounded(database.subarray(start + 4, start + length), 'its bytes'));
    if (value === null || value.length === 0 || typeof value[0] !== 'number') throw new FormatError('holds no numbers');
    return Float64Array.from(value as number[]);
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new FormatError(`${source}: object ${name}: ${cause.message}`, { cause });
  }
}

function child(list: RObject, name: string): RObject {
  const names = list.attributes.get('names')?.value as readonly string[] | undefined;
  const found = (list.value as readonly RObject[] | null)?.[names?.indexOf(name) ?? -1];
  if (typeof found !== 'object') throw new FormatError(`is not among ${names?.length ?? 0} objects`);
  return found;
}

/** Attributes are lists of lists; data have a few levels. */
const deepest = 1000;

/**
 * An object from the binary serialisation of R (XDR, versions 2 and 3): vectors and lists with attributes, which is what data are made of.
 * Format: "R Internals", section 1.8.
 * @throws FormatError for what is no serialisation, is cut off, claims more than there is, is nested too deeply or holds functions or environments
 */
export function readRObject(bytes: Uint8Array): RObject {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] !== 0x58 || bytes[1] !== 0x0a) throw new FormatError('is no XDR serialisation of R');
  let at = 2;
  let depth = 0;
  const take = (length: number) => {
    if (!(length >= 0 && at + length <= bytes.length))
      throw new FormatError(`is cut off: byte ${at} claims ${length} more`);
    at += length;
    return at - length;
  };
  const int = () => view.getInt32(take(4));
  /** Each of `count` takes four bytes at least, so that a claim of more than there is is known before memory is taken. */
  const times = <T>(count: number, read: () => T) => {
    if (!(count >= 0 && 4 * count <= bytes.length - at)) {
      throw new FormatError(`is cut off: byte ${at} claims ${count} elements`);
    }
    return Array.from({ length: count }, read);
  };
  const text = (length: number) => {
    const start = take(length);
    return new TextDecoder().decode(bytes.subarray(start, at));
  };
  const symbols: string[] = [];
  const none: RObject = { value: null, attributes: new Map() };

  const version = int();
  take(8);
  if (version === 3) text(int());
  return read();

  function read(): RObject {
    if (++depth > deepest) throw new FormatError(`is nested more than ${deepest} levels deep`);
    const object = readOne();
    depth--;
    return object;
  }

  function readOne(): RObject {
    const flags = int();
    const [type, hasAttributes, hasTag] = [flags & 0xff, (flags & 0x200) !== 0, (flags & 0x400) !== 0];
    if (type === 254) return none;
    if (type === 1) return keep(symbols, read());
    if (type === 255) return { ...none, value: [symbols[(flags >> 8 || int()) - 1] ?? null] };
    if (type === 2) return pairs(hasAttributes, hasTag);
    const value = vector(type);
    return { value, attributes: hasAttributes ? read().attributes : new Map() };
  }

  function vector(type: number): RObject['value'] {
    if (type === 9) {
      const length = int();
      return [length < 0 ? null : text(length)];
    }
    const length = int();
    if (type === 10 || type === 13) return times(length, int).map((x) => (x === -(2 ** 31) ? Number.NaN : x));
    if (type === 14) return times(length, () => view.getFloat64(take(8)));
    if (type === 16) return times(length, read).map(({ value }) => textOf(value));
    if (type === 19) return times(length, read);
    throw new FormatError(`holds R's type ${type}, which is not read`);
  }

  /** A list of R's old kind, which holds attributes: those of the result are its elements by tag. */
  function pairs(hasAttributes: boolean, hasTag: boolean): RObject {
    if (hasAttributes) read();
    const tag = (hasTag && textOf(read().value)) || '';
    const head = read();
    return { value: null, attributes: new Map([[tag, head], ...read().attributes]) };
  }
}

function keep(symbols: string[], symbol: RObject): RObject {
  symbols.push(textOf(symbol.value) ?? '');
  return symbol;
}

function textOf(value: RObject['value']): string | null {
  const text = value?.[0] ?? null;
  if (text !== null && typeof text !== 'string') throw new FormatError('holds something else where a text belongs');
  return text;
}
