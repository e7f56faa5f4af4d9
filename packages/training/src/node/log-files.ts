import type { EventLog } from '../fit/event-log.ts';
import type { FitEvent } from '../fit/events.ts';
import { RowLog, type RowPlace } from './row-log.ts';
import { scalarsOf } from './scalars.ts';

/**
 * Writes each event as a line of JSON (https://jsonlines.org). Numbers that are not finite become `null`.
 *
 * Lines of a run before stay up to where this one begins, so that a resumed run leaves the file that one without a stop would have; a run from the
 * beginning starts the file anew.
 * @param path its folder is made where it is missing
 * @throws with the first event: FormatError when the file holds anything else, which is not touched then; the errors of the file system
 * @example
 * for await (const event of logged(fit(options), jsonLines('run/log.jsonl'))) if (event.type === 'epoch') console.log(event.loss);
 */
export function jsonLines(path: string): EventLog {
  return new RowLog(path, {
    rowsOf: (event) => [{ step: event.step, name: event.type, line: JSON.stringify(event) }],
    placeOf(line) {
      try {
        const { step, type } = JSON.parse(line) as Partial<FitEvent>;
        return placeFrom(step, type);
      } catch {
        return undefined;
      }
    },
  });
}

const csvRow = /^(\d+),(\d+),("(?:[^"]|"")*"|[^",]*),[^,"]*$/;

/**
 * Writes the numbers of steps, epochs and validations as CSV (RFC 4180) in long form, as data frames and plotting tools like it: columns `step`, `epoch`,
 * `name` (`train/loss`, `train/gradientNorm`, `train/learningRate`, `epoch/loss`, `validation/loss`, `validation/<metric>`) and `value`.
 *
 * Resumes as `jsonLines` does, and throws what it does.
 * @example
 * for await (const event of logged(fit(options), csvLog('run/log.csv'))) if (event.type === 'epoch') console.log(event.loss);
 */
export function csvLog(path: string): EventLog {
  const quote = (name: string) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
  return new RowLog(path, {
    header: 'step,epoch,name,value',
    rowsOf: (event) =>
      scalarsOf(event).map(([plain, value]) => {
        const name = quote(plain);
        return { step: event.step, name, line: `${event.step},${event.epoch},${name},${value}` };
      }),
    placeOf(line) {
      const [, step, , name] = csvRow.exec(line) ?? [];
      return placeFrom(step === undefined ? undefined : Number(step), name);
    },
  });
}

function placeFrom(step: unknown, name: unknown): RowPlace | undefined {
  return typeof step === 'number' && typeof name === 'string' ? { step, name } : undefined;
}
