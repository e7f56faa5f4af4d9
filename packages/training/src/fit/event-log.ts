import { kindOf, OptionError } from '@sluice/core';
import type { FitEvent } from './events.ts';

/** Something that takes note of the events of a training: a file, a display. */
export interface EventLog {
  /** Called with one event after the other; training waits for it, and an error of it ends training. */
  write(event: FitEvent): Promise<void> | void;
  /** Called once, after the last event, in whatever way training ended. */
  close(): Promise<void> | void;
}

/**
 * Passes events on after each log has taken note of them. Logs are closed when training ends, by an error or `break` too.
 * @throws OptionError, before the first event, for events or a log that are none; what `events` and the logs throw
 * @example
 * const events: string[] = [];
 * const run = logged(fit(options), { write: ({ type }) => void events.push(type), close: () => undefined });
 * for await (const event of run) if (event.type === 'stopped') console.log(event.reason);
 */
export async function* logged(
  events: AsyncIterable<FitEvent>,
  ...logs: readonly EventLog[]
): AsyncGenerator<FitEvent, void, void> {
  checkLogged(events, logs);
  try {
    for await (const event of events) {
      for (const log of logs) await log.write(event);
      yield event;
    }
  } finally {
    const closed = await Promise.allSettled(logs.map(async (log) => log.close()));
    // biome-ignore lint/correctness/noUnsafeFinally: a log that cannot be completed is an error, too
    for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason;
  }
}

function checkLogged(events: AsyncIterable<FitEvent>, logs: readonly EventLog[]): void {
  const refuse = (argument: string, value: unknown, expected: string) => {
    throw new OptionError({ operation: 'logged', argument, got: `is ${kindOf(value)}`, expected });
  };
  if (typeof events?.[Symbol.asyncIterator] !== 'function')
    refuse('events', events, 'the events of a training: fit(...)');
  for (const [i, log] of logs.entries()) {
    if (typeof log?.write === 'function' && typeof log.close === 'function') continue;
    refuse(`logs[${i}]`, log, 'an object with write(event) and close()');
  }
}
