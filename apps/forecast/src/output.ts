export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Tells what the user should know of the input; apart from what is printed, which may go into a file. */
export function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
