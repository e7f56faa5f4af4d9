import { visible } from '@sluice/core';
import pc from 'picocolors';

/** Colours for a terminal that wants them; anything else gets plain text. */
export const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

/** How the user calls the app: `npm start -- sample` in a checkout, `char-lm sample` elsewhere. */
export function callOf(args: string): string {
  return process.env.npm_lifecycle_event === 'start' ? `npm start -- ${args}` : `char-lm ${args}`;
}

/** A line for people; what a terminal would obey is made visible, for names and texts come from files of unknown origin. */
export function print(line = ''): void {
  process.stdout.write(`${visible(line)}\n`);
}

/** A line of our own words alone, with colours. */
export function printStyled(line: string): void {
  process.stdout.write(`${line}\n`);
}
