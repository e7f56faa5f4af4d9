import pc from 'picocolors';

/** A terminal that wants colours: it rewrites lines, too. Anything else gets plain lines. */
const onTerminal = process.stdout.isTTY === true && pc.isColorSupported;

export const colors = pc.createColors(onTerminal);

/** How the user calls the app: `npm start -- sample` in a checkout, `char-lm sample` elsewhere. */
export function callOf(args: string): string {
  return process.env.npm_lifecycle_event === 'start' ? `npm start -- ${args}` : `char-lm ${args}`;
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** A line about work under way: rewritten in place on a terminal, printed anew every few seconds elsewhere. */
export class StatusLine {
  readonly #pause = onTerminal ? 100 : 5000;
  #last = performance.now() - (onTerminal ? 100 : 3000);
  #shown = false;

  /** @param compose called only when the line is due */
  update(compose: () => string): void {
    const now = performance.now();
    if (now - this.#last < this.#pause) return;
    this.#last = now;
    this.show(compose());
  }

  show(line: string): void {
    if (!onTerminal) {
      print(line);
      return;
    }
    process.stdout.write(`\r\u001b[2K${line.slice(0, (process.stdout.columns || 80) - 1)}`);
    this.#shown = true;
  }

  /** Keeps what stands there and goes to a new line. */
  end(): void {
    if (this.#shown) print();
    this.#shown = false;
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

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}
