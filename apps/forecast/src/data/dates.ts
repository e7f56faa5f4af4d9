const day = 86_400_000;

/** The dates, and those of the steps after them: months go on by months, anything else by its usual step. */
export function extendDates(dates: Float64Array, steps: number): Float64Array {
  const differences = dates.slice(1).map((date, row) => date - dates[row]!);
  const usual = differences.toSorted()[Math.floor(differences.length / 2)] ?? day;
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
