import { expect, test } from 'vitest';
import { longest, parseFasta } from './fasta.ts';

test('reads chains with any ends of lines, small letters, spaces and stops', () => {
  const text = '\uFEFF>one  of two\r\nACDE fgh\r\n\r\nKL*\r\n>two\nMX\n';
  expect(parseFasta(text, 'x')).toEqual([
    { id: 'one  of two', residues: 'ACDEFGHKL' },
    { id: 'two', residues: 'MX' },
  ]);
});

test.each([
  ['', 'x.fa: line 1: nothing, expected FASTA: a line ">name", then residues'],
  ['ACD\n', 'x.fa: line 1: residues without a name, expected a line ">name" first'],
  ['>a\nACD\nAC1D\n', 'x.fa: line 3, column 3: "1", expected a letter for each residue'],
  ['>a\nAC-D\n', 'x.fa: line 2, column 3: "-", expected a letter for each residue'],
  ['>a\nAC*DE\n', 'x.fa: line 2, column 3: "*", expected a letter for each residue'],
  ['>a\nAC*\nDE\n', 'x.fa: line 3, column 1: "D", expected no residue after the end of the chain, "*"'],
  ['>a\n\n>b\nACD\n', 'x.fa: line 1, chain "a": no residues, expected at least one'],
  [`>a\n${'A'.repeat(longest + 1)}`, 'x.fa: line 1, chain "a": 10001 residues, expected at most 10000'],
])('says what is wrong with %j', (text, message) => {
  expect(() => parseFasta(text, 'x.fa')).toThrow(message);
});
