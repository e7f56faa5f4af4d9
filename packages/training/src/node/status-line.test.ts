import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatCount, formatDuration, StatusLine } from '../node.ts';
import { fakeStream } from '../testing/streams.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubEnv('NO_COLOR', undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('StatusLine', () => {
  it('rewrites its line on a terminal, ten times a second at the most', () => {
    const stream = fakeStream({ isTTY: true, columns: 80 });
    const status = new StatusLine(stream);
    const compose = vi.fn((): string[] => ['reading', `${compose.mock.calls.length}`]);
    for (let milliseconds = 0; milliseconds < 300; milliseconds += 10) {
      status.update(compose);
      vi.advanceTimersByTime(10);
    }
    status.end();
    status.end();
    expect(stream.text).toBe('\r\u001b[2Kreading  1\r\u001b[2Kreading  2\r\u001b[2Kreading  3\n');
  });

  it('prints plain lines elsewhere: the first after two seconds, then every five', () => {
    const stream = fakeStream({});
    const status = new StatusLine(stream);
    for (let seconds = 0; seconds <= 12; seconds++) {
      status.update(() => [`${seconds} s`, 'and more than a terminal has room for'.padEnd(100, '.')]);
      vi.advanceTimersByTime(1000);
    }
    status.end();
    expect(stream.text.match(/^\d+ s/gm)).toEqual(['2 s', '7 s', '12 s']);
    expect(stream.text.split('\n')[0]).toHaveLength(105);
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('rewrites nothing with %o', (variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const stream = fakeStream({ isTTY: true, columns: 80 });
    const status = new StatusLine(stream);
    status.show(['a']);
    status.print('b');
    status.end();
    expect([status.rewrites, stream.text]).toEqual([false, 'a\nb\n']);
  });

  it('leaves out parts from the right rather than cutting them', () => {
    const stream = fakeStream({ isTTY: true, columns: 20 });
    const status = new StatusLine(stream);
    status.show(['four', '12345 left', 'loss']);
    status.show(['four', '12345 left.', 'x', 'y']);
    status.show(['a first part that is too long', 'x']);
    expect(stream.text.split('\r\u001b[2K').slice(1)).toEqual([
      'four  12345 left',
      'four  12345 left.',
      'a first part that i',
    ]);
    expect(stream.text).not.toContain('12345 left  x');
  });

  it('takes a terminal that does not tell its width to have 80 columns', () => {
    const status = new StatusLine(fakeStream({ isTTY: true }));
    expect(status.width).toBe(79);
  });

  it('prints lines that stay above the one under way', () => {
    const stream = fakeStream({ isTTY: true, columns: 80 });
    const status = new StatusLine(stream);
    status.print('before');
    status.show(['1 of 2']);
    status.print('between');
    status.end();
    status.print('after');
    expect(stream.text).toBe('before\n\r\u001b[2K1 of 2\r\u001b[2Kbetween\n1 of 2\nafter\n');
  });
});

it('formats durations and counts', () => {
  expect([0, 59_499, 59_500, 3_599_499, 4_023_000, -1].map(formatDuration)).toEqual([
    '0:00',
    '0:59',
    '1:00',
    '59:59',
    '1:07:03',
    '0:00',
  ]);
  expect(formatCount(1_234_567.8)).toBe('1,234,568');
});
