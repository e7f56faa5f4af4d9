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

test('a chain of many lines takes time as its lines do, and is not kept beyond what a chain may have', () => {
  // Looking for the end of all that was read with each line would be 10^11 letters.
  const lines = 'A\n'.repeat(400_000);
  expect(() => parseFasta(`>long\n${lines}`, 'x')).toThrow(
    'x: line 1, chain "long": 400000 residues, expected at most',
  );
  const many = parseFasta('>a\nACD\n'.repeat(100_000), 'x');
  expect(many).toHaveLength(100_000);
  expect(() => parseFasta(`>a\n${'*'.repeat(200_000)}`, 'x')).toThrow('line 2, column 1: "*"');
  expect(() => parseFasta(`>a\nA*${' '.repeat(200_000)}\nA`, 'x')).toThrow('line 3, column 1: "A"');
});
