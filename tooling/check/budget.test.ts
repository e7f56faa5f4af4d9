import { expect, it } from 'vitest';
import { budgetRow, countLines, formatTable } from './budget.mjs';

it('counts lines as editors do', () => {
  expect(['', 'a', 'a\n', 'a\n\nb\n'].map(countLines)).toEqual([0, 1, 1, 3]);
});

it('tells tests from source and names the largest file', () => {
  const files = [
    { file: 'src/a.ts', lines: 10 },
    { file: 'src/a.test.ts', lines: 25 },
    { file: 'src/b.ts', lines: 5 },
  ];
  expect(budgetRow('core', files)).toEqual(['core', '15', '25', '25 a.test.ts']);
  expect(budgetRow('empty', [])).toEqual(['empty', '0', '0', '-']);
});

it('aligns the table', () => {
  expect(
    formatTable([
      ['package', 'source', 'largest file'],
      ['core', '15', '25 a.test.ts'],
    ]),
  ).toBe('package  source  largest file\ncore         15  25 a.test.ts');
});
