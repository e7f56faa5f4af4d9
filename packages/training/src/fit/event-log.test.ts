import { describe, expect, it } from 'vitest';
import { type EventLog, type FitEvent, fit, logged } from '../index.ts';
import { collect, pairs, setUp } from '../testing/problems.ts';

function recorder(name: string, notes: string[]): EventLog {
  return {
    write: async ({ type }) => {
      notes.push(`${name} ${type}`);
    },
    close: () => {
      notes.push(`${name} closed`);
    },
  };
}

describe('logged', () => {
  it('has each log take note before the event is passed on, and closes them at the end', async () => {
    const notes: string[] = [];
    const { options } = setUp({ data: pairs(1), epochs: 1 });
    const types: string[] = [];
    for await (const { type } of logged(fit(options), recorder('a', notes), recorder('b', notes))) {
      notes.push(`passed ${type}`);
      types.push(type);
    }
    expect(types).toEqual(['step', 'epoch', 'stopped']);
    const expected = types.flatMap((type) => [`a ${type}`, `b ${type}`, `passed ${type}`]);
    expect(notes).toEqual([...expected, 'a closed', 'b closed']);
  });

  it('closes logs and training on break', async () => {
    const notes: string[] = [];
    const { device, options } = setUp();
    const { live } = device;
    for await (const { step } of logged(fit(options), recorder('a', notes))) if (step === 2) break;
    expect(notes).toEqual(['a step', 'a step', 'a closed']);
    expect(device.live).toBe(live);
  });

  it('closes all logs and ends training when one fails', async () => {
    const notes: string[] = [];
    const { device, options } = setUp();
    const { live } = device;
    const failing: EventLog = {
      write: () => {
        throw new Error('disk full');
      },
      close: () => undefined,
    };
    await expect(collect(logged(fit(options), recorder('a', notes), failing))).rejects.toThrow('disk full');
    expect(notes).toEqual(['a step', 'a closed']);
    expect(device.live).toBe(live);
  });

  it('throws what closing throws, after the other logs were closed', async () => {
    const notes: string[] = [];
    const failing: EventLog = {
      write: () => undefined,
      close: () => {
        throw new Error('not flushed');
      },
    };
    const events: AsyncIterable<FitEvent> = fit(setUp({ data: pairs(1), epochs: 1 }).options);
    await expect(collect(logged(events, failing, recorder('a', notes)))).rejects.toThrow('not flushed');
    expect(notes.at(-1)).toBe('a closed');
  });
});

it.each<[events: unknown, log: unknown, message: string]>([
  [[], undefined, 'logged: events is of class Array, expected the events of a training: fit(...)'],
  [fit(setUp().options), undefined, 'logged: logs[1] is undefined, expected an object with write(event) and close()'],
  [fit(setUp().options), () => 1, 'logged: logs[1] is a function, expected an object with'],
])('refuses what is no training and no log, before it begins', async (events, log, message) => {
  const noted: string[] = [];
  const run = logged(
    events as never,
    { write: ({ type }) => void noted.push(type), close: () => undefined },
    log as never,
  );
  await expect(collect(run)).rejects.toThrow(message);
  expect(noted).toEqual([]);
});
