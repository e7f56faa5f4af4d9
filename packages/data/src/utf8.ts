/** What is not UTF-8 text in a stream of bytes. */
export interface BadBytes {
  /** Where it begins in the stream. */
  readonly offset: number;
  /** The text of this piece that stands before it. */
  readonly before: string;
}

/** Decodes UTF-8 text piece by piece, without a byte order mark. */
export class Utf8Decoder {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #refuse: (bad: BadBytes) => never;
  #offset = 0;
  #tail: Uint8Array = new Uint8Array(0);

  /** @param refuse throws what the reader is to see */
  constructor(refuse: (bad: BadBytes) => never) {
    this.#refuse = refuse;
  }

  decode(bytes: Uint8Array): string {
    return this.#decode(bytes, true);
  }

  /** Ends the text: what is left of a character that was cut is refused. */
  end(): string {
    return this.#decode(new Uint8Array(0), false);
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      const text = this.#decoder.decode(bytes, { stream });
      this.#tail = joined(this.#tail, bytes.subarray(-3)).subarray(-3);
      this.#offset += bytes.length;
      return text;
    } catch {
      // A character may have begun in the piece before: at the last byte there that continues none.
      const begun = this.#tail.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
      const open = this.#tail.subarray(begun < 0 ? this.#tail.length : begun);
      const bad = firstBadByte(joined(open, bytes));
      const before = new TextDecoder().decode(bytes.subarray(0, Math.max(0, bad - open.length)));
      return this.#refuse({ offset: this.#offset - open.length + bad, before });
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Where the first bytes that are not UTF-8 begin, or those cut off by the end. */
export function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  // The bytes before the bad one may have begun a character that it does not continue.
  let start = good;
  while (start > 0 && good - start < 4 && !decodes(bytes.subarray(0, start), false)) start--;
  return start;
}

/** @param stream whether more bytes may follow */
function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
