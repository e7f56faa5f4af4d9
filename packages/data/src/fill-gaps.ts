/**
 * Fills what is missing (NaN) between numbers, in place: with the straight line over the places between the ones around it, or with the last one before it, to the end.
 * What lies before the first number or, for `linear`, after the last one stays missing.
 */
export function fillGaps(values: Float64Array, how: 'linear' | 'previous'): void {
  let before = -1;
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue;
    const low = values[before];
    for (let gap = before + 1; gap < row && low !== undefined; gap++) {
      values[gap] = how === 'previous' ? low : between(low, values[row]!, (gap - before) / (row - before));
    }
    before = row;
  }
  if (how === 'previous' && before >= 0) values.fill(values[before]!, before + 1);
}

function between(low: number, high: number, share: number): number {
  const rise = high - low;
  return Number.isFinite(rise) ? low + rise * share : low * (1 - share) + high * share;
}
