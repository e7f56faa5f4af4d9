import { readFileSync, writeFileSync } from 'node:fs';
import { withLock, writeFileWhole } from '../node.ts';

// Counts in a file under a lock, and writes another file whole, until its number of rounds is done or somebody kills it.
const [, , counter = '', path = '', rounds] = process.argv;
for (let i = 0; i < Number(rounds); i++) {
  await withLock(`${counter}.lock`, () => {
    const count = Number(readFileSync(counter, 'utf8'));
    // A moment in which others would read the same number.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    writeFileSync(counter, String(count + 1));
  });
  await writeFileWhole(path, String(process.pid).padEnd(100_000, '.'));
  process.stdout.write('.');
}
