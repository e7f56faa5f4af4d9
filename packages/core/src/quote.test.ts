import { expect, it } from 'vitest';
import { FormatError, OptionError, quote, visible } from './index.ts';

it.each([
  ['an escape sequence', '\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
  ['a carriage return and a backspace', 'good\rbad\b', 'good\\u000dbad\\u0008'],
  ['one byte for an escape sequence, and DEL', '\u009b2J\u007f', '\\u009b2J\\u007f'],
  ['NUL', 'a\0b', 'a\\u0000b'],
  ['a bidirectional override', 'abc\u202etxt.exe\u2066', 'abc\\u202etxt.exe\\u2066'],
  ['marks of direction and width', '\u200e\u061c\u200b\ufeff', '\\u200e\\u061c\\u200b\\ufeff'],
  ['separators of lines', '\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
  ['half a pair', '\ud800x', '\\ud800x'],
  ['a tag beyond the first plane', '\u{e0041}', '\\u{e0041}'],
])('makes visible %s', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

it('leaves what is to be read as it is', () => {
  const text = 'für "Öl" \\ 日本語 👩‍👩‍👧 می‌خواهم\n\tnext';
  expect(visible(text)).toBe(text);
});

it('quotes on one line, and cuts', () => {
  expect(quote('a"b\\c\n\u001b\u009b')).toBe('"a\\"b\\\\c\\n\\u001b\\u009b"');
  expect(quote('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
  expect(quote('x'.repeat(1e7))).toBe(`"${'x'.repeat(80)}..."`);
  expect(quote('abcdef', 3)).toBe('"abc..."');
  expect(quote('ab👩‍👩‍👧', 3)).toBe('"ab..."');
});

it('shows every character of the table once, none of which a terminal obeys', () => {
  for (let code = 0; code < 0x3000; code++) {
    const shown = quote(String.fromCharCode(code));
    expect(shown).not.toMatch(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(shown)).toBe(String.fromCharCode(code));
  }
});

it('holds for the messages of all errors', () => {
  const name = 'a\u001b[2J\u202e\r';
  expect(new FormatError(`file ${name}\nis bad`).message).toBe('file a\\u001b[2J\\u202e\\u000d\nis bad');
  const problem = { operation: 'load', argument: name, got: `is ${name}`, expected: 'b' };
  expect(new OptionError(problem).message).toBe(
    'load: a\\u001b[2J\\u202e\\u000d is a\\u001b[2J\\u202e\\u000d, expected b',
  );
  expect(new OptionError(problem).problem).toBe(problem);
});
