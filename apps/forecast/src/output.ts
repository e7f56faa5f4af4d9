import { visible } from '@sluice/core';
/** A line for people; what a terminal would obey is made visible, for names and texts come from files of unknown origin. */
export function print(line = ''): void {
  process.stdout.write(`${visible(line)}\n`);
}

/** Tells what the user should know of the input; apart from what is printed, which may go into a file. */
export function warn(line: string): void {
  process.stderr.write(`${visible(line)}\n`);
}
