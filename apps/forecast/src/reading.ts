import type { ReadProgress } from '@sluice/data';
import { formatCount, formatDuration, StatusLine } from '@sluice/training/node';

/** Shows on a terminal how far a file is read, to its end or until it is disposed. */
export function showReading(): Disposable & { readonly onProgress: (progress: ReadProgress) => void } {
  const status = new StatusLine(process.stderr);
  const begun = performance.now();
  return {
    onProgress({ bytes, totalBytes = bytes, rows }) {
      if (!status.rewrites) return;
      const left = ((performance.now() - begun) * (totalBytes - bytes)) / bytes;
      status.update(() => [
        `reading ${Math.floor((100 * bytes) / totalBytes)} %`,
        `${formatDuration(left)} left`,
        `${formatCount(rows)} rows`,
      ]);
      if (bytes === totalBytes) status.end();
    },
    [Symbol.dispose]: () => status.end(),
  };
}
