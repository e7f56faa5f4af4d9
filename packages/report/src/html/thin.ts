/** More points than a screen has columns. */
const mostPoints = 4000;

/** A line of at most 4,000 points that looks the same: the lowest and the highest of every stretch, at their places. */
export function thin(x: ArrayLike<number>, y: ArrayLike<number>): { x: number[]; y: number[] } {
  if (x.length <= mostPoints) return { x: Array.from(x), y: Array.from(y) };
  const stretch = x.length / (mostPoints / 2);
  const kept = new Set<number>();
  for (let begin = 0; begin < x.length; begin += stretch) {
    let [low, high] = [Math.floor(begin), Math.floor(begin)];
    const end = Math.min(x.length, Math.floor(begin + stretch));
    for (let i = low; i < end; i++) {
      if (!(y[i]! >= y[low]!)) low = i;
      if (!(y[i]! <= y[high]!)) high = i;
    }
    kept.add(low).add(high);
  }
  const indices = [...kept].sort((a, b) => a - b);
  return { x: indices.map((i) => x[i]!), y: indices.map((i) => y[i]!) };
}
