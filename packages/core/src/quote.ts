/**
 * What terminals obey, or what makes text look like other text: control and format characters (escape sequences, carriage returns, bidirectional
 * overrides), line separators and halves of surrogate pairs. Not the joiners that emoji and some scripts are spelt with, nor line feeds
 * and tabs.
 */
const unseen = /(?![\t\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * A text of unknown origin as it can be shown in a terminal or a message: what has no picture of its own is spelt as an escape sequence of
 * JavaScript, e.g. `\u001b`. Line feeds and tabs stay.
 * @example
 * visible('\u001b[31mred');   // '\\u001b[31mred'
 */
export function visible(text: string): string {
  return text.replace(unseen, spell);
}

/**
 * A text of unknown origin inside a message: between double quotes, on one line, as `visible` shows it, cut with `...` when long.
 * @param most characters of the text that are shown. Default 80.
 */
export function quote(text: string, most = 80): string {
  // A pair that is cut in half would be shown as an escape sequence.
  const cut = text.length > most ? `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}...` : text;
  return visible(JSON.stringify(cut));
}

function spell(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
