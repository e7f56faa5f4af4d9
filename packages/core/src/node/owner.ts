import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { crc32 } from '../crc32.ts';

/** A mark that no other process, thread or call makes: machine, process and a random number. For the names of temporary files and for locks. */
export function newStamp(): string {
  return `${machine()}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

export const stampPattern = /([0-9a-f]{8})-(\d+)-[0-9a-f]{12}/;

const day = 86_400_000;

/**
 * Whether the process that made a stamp is gone for certain, or gave no sign of life for a day.
 * @param modified milliseconds since 1970: when what carries the stamp was last written
 */
export function isAbandoned(stamp: string, modified: number): boolean {
  if (Date.now() - modified > day) return true;
  const [, host, pid] = stampPattern.exec(stamp) ?? [];
  if (host !== machine()) return false;
  // A container that starts again has the same machine and process numbers.
  if (Number(pid) === process.pid) return modified < Date.now() - 1000 * process.uptime() - 2000;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function machine(): string {
  let name = '';
  try {
    name = hostname();
  } catch {
    // Deno keeps the name back from programs without the permission.
  }
  return crc32(new TextEncoder().encode(name)).toString(16).padStart(8, '0');
}
