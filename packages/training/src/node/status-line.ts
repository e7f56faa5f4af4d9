/** What lines are written to: `process.stdout`, `process.stderr`. */
export interface LineStream {
  write(text: string): unknown;
  /** Whether it is a terminal. */
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal. Default 80. */
  readonly columns?: number | undefined;
}

/** Milliseconds between two showings. */
const pauses = { terminal: 100, pipe: 5000 };
/** The first line in a pipe comes sooner: somebody may be waiting to see whether it works. */
const firstPause = 2000;

/**
 * A line about work under way: rewritten in place on a terminal, printed anew every five seconds elsewhere, and where the variable `NO_COLOR` is set
 * or `TERM` is `dumb`.
 * @example
 * const status = new StatusLine(process.stderr);
 * for (let done = 1; done <= 1000; done++) status.update(() => ['reading', `${done}/1000 files`]);
 * status.end();
 */
export class StatusLine {
  /** Whether lines are rewritten. */
  readonly rewrites: boolean;
  readonly #stream: LineStream;
  readonly #pause: number;
  #last = performance.now();
  #shown: string | undefined;

  constructor(stream: LineStream = process.stdout) {
    const { NO_COLOR, TERM } = process.env;
    this.#stream = stream;
    this.rewrites = stream.isTTY === true && !NO_COLOR && TERM !== 'dumb';
    this.#pause = this.rewrites ? pauses.terminal : pauses.pipe;
    this.#last -= this.rewrites ? this.#pause : this.#pause - firstPause;
  }

  /** Characters that the line has room for; infinite where it is not rewritten. */
  get width(): number {
    return this.rewrites ? (this.#stream.columns || 80) - 1 : Number.POSITIVE_INFINITY;
  }

  /** @param compose the parts of the line, called only when the line is due; see `show` */
  update(compose: () => readonly string[]): void {
    const now = performance.now();
    if (now - this.#last < this.#pause) return;
    this.#last = now;
    this.show(compose());
  }

  /** @param parts the most important first: as many as there is room for are shown, so that none is cut but the first */
  show(parts: readonly string[]): void {
    const [first = '', ...others] = parts;
    let line = first.slice(0, this.width);
    for (const part of others) {
      if (line.length + 2 + part.length > this.width) break;
      line += `  ${part}`;
    }
    if (!this.rewrites) {
      this.#stream.write(`${line}\n`);
      return;
    }
    this.#rewrite(line);
    this.#shown = line;
  }

  /** Prints a line that stays, above the one under way. */
  print(line: string): void {
    if (this.#shown === undefined) this.#stream.write(`${line}\n`);
    else {
      this.#rewrite(`${line}\n`);
      this.#stream.write(this.#shown);
    }
  }

  /** Keeps what stands there and goes to a new line. */
  end(): void {
    if (this.#shown !== undefined) this.#stream.write('\n');
    this.#shown = undefined;
  }

  #rewrite(text: string): void {
    this.#stream.write(`\r\u001b[2K${text}`);
  }
}

/** `1:07:03`, `2:05`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const rest = pad(seconds % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${rest}`;
}

/** `1,234,568`: a number without its fraction, in groups. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}
