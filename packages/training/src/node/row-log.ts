import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FormatError } from '@sluice/core';
import { writeFileWhole } from '@sluice/core/node';
import type { EventLog } from '../fit/event-log.ts';
import type { FitEvent } from '../fit/events.ts';

/** Where a row of a log belongs. */
export interface RowPlace {
  readonly step: number;
  /** What it tells of that step. */
  readonly name: string;
}

export interface RowFormat {
  /** The first line of the file. Default none. */
  readonly header?: string | undefined;
  /** The lines of an event. */
  readonly rowsOf: (event: FitEvent) => readonly (RowPlace & { readonly line: string })[];
  /** `undefined` for a line that is no row. */
  readonly placeOf: (line: string) => RowPlace | undefined;
}

/**
 * A text file with a row for each thing that was told. Rows of a run before stay up to the first event of this one: a resumed run leaves the file that
 * one without a stop would have, and a run from the beginning starts the file anew.
 */
export class RowLog implements EventLog {
  readonly #path: string;
  readonly #format: RowFormat;
  #file: FileHandle | undefined;

  constructor(path: string, format: RowFormat) {
    this.#path = path;
    this.#format = format;
  }

  async write(event: FitEvent): Promise<void> {
    const rows = this.#format.rowsOf(event);
    // A run that does nothing takes nothing away.
    if (rows.length === 0 || (!this.#file && event.type === 'stopped')) return;
    this.#file ??= await this.#open(rows);
    await this.#file.appendFile(rows.map(({ line }) => `${line}\n`).join(''));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #open(first: readonly RowPlace[]): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true });
    const before = await readIfThere(this.#path);
    const { header } = this.#format;
    const start = header === undefined ? '' : `${header}\n`;
    const kept = before === '' ? start : start + this.#keep(before, first);
    if (kept !== before) await writeFileWhole(this.#path, kept);
    return open(this.#path, 'a');
  }

  /** The rows before the first one that the run writes again. A last line without an end is of a write that was cut short. */
  #keep(content: string, first: readonly RowPlace[]): string {
    const { header, placeOf } = this.#format;
    const lines = content.split('\n');
    const rows = lines.slice(header === undefined ? 0 : 1, -1);
    const refuse = (line: number) =>
      new FormatError(`${this.#path}: line ${line} is not of a training log like this; nothing was overwritten`);
    if (lines.length === 1 || (header !== undefined && lines[0] !== header)) throw refuse(1);
    let kept = '';
    let reached = false;
    for (const [i, row] of rows.entries()) {
      const place = placeOf(row);
      if (!place) throw refuse(lines.length - rows.length + i);
      reached ||= isReached(place, first);
      if (!reached) kept += `${row}\n`;
    }
    return kept;
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function isReached({ step, name }: RowPlace, first: readonly RowPlace[]): boolean {
  return first.some((row) => step > row.step || (step === row.step && name === row.name));
}
