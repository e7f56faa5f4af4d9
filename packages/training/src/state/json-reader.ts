import { FormatError } from '@sluice/core';
import type { Json } from '../json.ts';

/** A value inside a JSON text that may hold anything, and the way to it. Every method throws FormatError when the value is not such. */
export class JsonReader {
  readonly value: Json;
  /** Source and path, for errors. */
  readonly path: string;

  private constructor(value: Json, path: string) {
    this.value = value;
    this.path = path;
  }

  static parse(text: string, source: string): JsonReader {
    try {
      const refuse = (key: string, value: Json) => {
        if (key === '__proto__') throw new SyntaxError('the key "__proto__" is refused');
        return value;
      };
      return new JsonReader(JSON.parse(text, refuse), `${source}: training`);
    } catch (cause) {
      throw new FormatError(`${source}: training is malformed JSON: ${(cause as Error).message}`, { cause });
    }
  }

  member(name: string): JsonReader {
    const object = this.#object();
    const path = `${this.path}.${name}`;
    if (!Object.hasOwn(object, name)) throw new FormatError(`${path} is missing`);
    return new JsonReader(object[name] as Json, path);
  }

  optional<R>(read: (reader: this) => R): R | undefined {
    return this.value === null ? undefined : read(this);
  }

  number(): number {
    return typeof this.value === 'number' ? this.value : this.#refuse('a number');
  }

  whole(): number {
    const valid = Number.isSafeInteger(this.value) && (this.value as number) >= 0;
    return valid ? (this.value as number) : this.#refuse('a whole number of at least 0');
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.#refuse('a text');
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.#refuse('true or false');
  }

  /** An object of numbers. */
  numbers(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.keys(this.#object()).map((name) => [name, this.member(name).number()]));
  }

  #object(): { readonly [key: string]: Json } {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#refuse('an object');
    return value as { readonly [key: string]: Json };
  }

  #refuse(expected: string): never {
    const text = JSON.stringify(this.value);
    const shown = text.length > 80 ? `${text.slice(0, 80)}...` : text;
    throw new FormatError(`${this.path} is ${shown}, expected ${expected}`);
  }
}
