import pc from 'picocolors';

/** Colours for a terminal that wants them; anything else gets plain text. */
export const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

/** How the user calls the app: `npm start -- sample` in a checkout, `char-lm sample` elsewhere. */
export function callOf(args: string): string {
  return process.env.npm_lifecycle_event === 'start' ? `npm start -- ${args}` : `char-lm ${args}`;
}

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}
