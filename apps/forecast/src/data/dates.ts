const day = 86_400_000;

/** Milliseconds from one date to the next, as they mostly are. */
export function usualStep(dates: Float64Array): number {
  const steps = dates.slice(1).map((date, row) => date - dates[row]!);
  return steps.toSorted()[Math.floor(steps.length / 2)] ?? day;
}

/** Rows that do not follow the one before by about the usual step; months and years differ by less. */
export function unevenRows(dates: Float64Array): number[] {
  const usual = usualStep(dates);
  return [...dates.keys()].filter((row) => row > 0 && Math.abs(dates[row]! - dates[row - 1]! - usual) > usual / 2);
}

/** The dates, and those of the steps after them: months go on by months, anything else by its usual step. */
export function extendDates(dates: Float64Array, steps: number): Float64Array {
  const usual = usualStep(dates);
  const last = dates.at(-1)!;
  const monthly = usual >= 28 * day && usual <= 31 * day;
  const future = Array.from({ length: steps }, (_, step) =>
    monthly ? addMonths(last, step + 1) : last + usual * (step + 1),
  );
  return Float64Array.from([...dates, ...future]);
}

function addMonths(time: number, months: number): number {
  const date = new Date(time);
  return date.setUTCMonth(date.getUTCMonth() + months);
}

/** Without its time where that is midnight, in UTC. */
export function formatDate(time: number): string {
  const text = new Date(time).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}
