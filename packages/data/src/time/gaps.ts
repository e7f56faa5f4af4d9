import { frequencyIn } from './detect-frequency.ts';
import type { Frequency } from './frequency.ts';
import { checkRising, clockChangeCause, isClockChange } from './rising.ts';
import { formatTime } from './utc.ts';

/** A step that is not that of the frequency. */
export interface Gap {
  /** Of the time that does not follow; at least 1. */
  readonly row: number;
  /** The time in the row before, milliseconds since 1970. */
  readonly before: number;
  readonly time: number;
  /** What would have followed. */
  readonly expected: number;
  /** Whether an hour is missing or doubled on a weekend of spring or autumn: most likely the clocks were changed for daylight saving. */
  readonly clockChange: boolean;
}

/**
 * Where times do not follow each other evenly.
 * @param times milliseconds since 1970 in rising order
 * @param frequency default: what `detectFrequency` finds
 * @throws as `detectFrequency`, where there are at least two times
 */
export function findGaps(times: ArrayLike<number>, frequency?: Frequency): Gap[] {
  if (times.length < 2) return [];
  checkRising('findGaps', (row) => `times[${row}]`, times);
  const steps = frequency ?? frequencyIn('findGaps', 'times', times);
  const gaps: Gap[] = [];
  for (let row = 1; row < times.length; row++) {
    const [before, time] = [times[row - 1]!, times[row]!];
    if (steps.follows(before, time)) continue;
    const expected = steps.next(before);
    gaps.push({ row, before, time, expected, clockChange: isClockChange(before, time, expected) });
  }
  return gaps;
}

/** In an error: that a time is not the one that was to follow. */
export function gapProblem(gap: Gap, { name }: Frequency): { readonly got: string; readonly expected: string } {
  const cause = gap.clockChange ? clockChangeCause : '';
  return {
    got: `is ${formatTime(gap.time)} after ${formatTime(gap.before)}`,
    expected:
      gap.time === gap.expected ? `each time to be a ${name}` : `${formatTime(gap.expected)}, the next ${name}${cause}`,
  };
}
