import { unzipSync } from 'node:zlib';
import { FormatError } from '@sluice/core';

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
    const entry = child(child(readRObject(unzipSync(index)), 'variables'), name);
    const [start, length] = entry.value as number[];
    // Four bytes of length stand before the compressed ones.
    const { value } = readRObject(unzipSync(database.subarray(start! + 4, start! + length!)));
    if (value === null || value.length === 0 || typeof value[0] !== 'number') throw new Error('holds no numbers');
    return Float64Array.from(value as number[]);
  } catch (cause) {
    throw new FormatError(`${source}: object ${name}: ${(cause as Error).message}`, { cause });
  }
}

function child(list: RObject, name: string): RObject {
  const names = list.attributes.get('names')?.value as readonly string[] | undefined;
  const found = (list.value as readonly RObject[])[names?.indexOf(name) ?? -1];
  if (found === undefined) throw new Error(`is not among ${names?.length ?? 0} objects`);
  return found;
}

/**
 * An object from the binary serialisation of R (XDR, versions 2 and 3): vectors and lists with attributes, which is what data are made of.
 * Format: "R Internals", section 1.8.
 * @throws Error for what is no serialisation, is cut off or holds functions or environments
 */
export function readRObject(bytes: Uint8Array): RObject {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] !== 0x58 || bytes[1] !== 0x0a) throw new Error('is no XDR serialisation of R');
  let at = 2;
  const take = (length: number) => {
    at += length;
    return at - length;
  };
  const int = () => view.getInt32(take(4));
  const times = <T>(count: number, read: () => T) => Array.from({ length: count }, read);
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
    const flags = int();
    const [type, hasAttributes, hasTag] = [flags & 0xff, (flags & 0x200) !== 0, (flags & 0x400) !== 0];
    if (type === 254) return none;
    if (type === 1) return keep(symbols, read());
    if (type === 255) return { ...none, value: [symbols[(flags >> 8 || int()) - 1]!] };
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
    if (type === 16) return times(length, read).map(({ value }) => value![0] as string | null);
    if (type === 19) return times(length, read);
    throw new Error(`holds R's type ${type}, which is not read`);
  }

  /** A list of R's old kind, which holds attributes: those of the result are its elements by tag. */
  function pairs(hasAttributes: boolean, hasTag: boolean): RObject {
    if (hasAttributes) read();
    const tag = hasTag ? (read().value![0] as string) : '';
    const head = read();
    return { value: null, attributes: new Map([[tag, head], ...read().attributes]) };
  }
}

function keep(symbols: string[], symbol: RObject): RObject {
  symbols.push(symbol.value![0] as string);
  return symbol;
}
