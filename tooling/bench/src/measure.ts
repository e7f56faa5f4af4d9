/** Work done per second over the timed sections of one workload, in the workload's unit. */
export interface Rate {
  readonly median: number;
  readonly slowest: number;
  readonly fastest: number;
}

const sections = 9;
const warmUpMilliseconds = 150;
const sectionMilliseconds = 30;

/**
 * Runs `run` repeatedly in timed sections, each closed by `finish`, which must wait for the work to be done.
 * @param amount work of one run
 */
export async function measure(run: () => void, finish: () => Promise<void>, amount: number): Promise<Rate> {
  // Engines compile hot loops while they warm up; the runs that fit into it also give the length of a section.
  let runs = 0;
  const start = performance.now();
  do {
    run();
    runs++;
  } while (performance.now() - start < warmUpMilliseconds);
  await finish();
  const repeats = Math.max(1, Math.round((runs * sectionMilliseconds) / (performance.now() - start)));
  const rates: number[] = [];
  for (let section = 0; section < sections; section++) {
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) run();
    await finish();
    rates.push((amount * repeats) / ((performance.now() - begin) / 1000));
  }
  rates.sort((a, b) => a - b);
  return { median: rates[Math.floor(sections / 2)]!, slowest: rates[0]!, fastest: rates[sections - 1]! };
}
