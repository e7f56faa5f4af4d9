import { FormatError } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from './read-json.ts';

const deep = 1_000_000;

test('reads back whatever was written, however it is laid out', () => {
  const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\u2028', '__proto__', '\n'));
  const row = fc.dictionary(fc.oneof(cell, fc.constant('constructor')), cell, { maxKeys: 4 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 6 }), fc.constantFrom(0, 2, '\t'), fc.boolean(), (rows, space, mark) => {
      const names = [...new Set(rows.flatMap(Object.keys))];
      const types = Object.fromEntries(names.map((name) => [name, 'string' as const]));
      const table = readJson((mark ? '\ufeff' : '') + JSON.stringify(rows, null, space), { types, missing: [] });
      expect(table.length).toBe(names.length === 0 ? 0 : rows.length);
      expect([...table.names].sort()).toEqual([...names].sort());
      for (const name of names) {
        expect(table.strings(name)).toEqual(rows.map((one) => (Object.hasOwn(one, name) ? one[name] : null)));
      }
    }),
  );
});

test('names that are members of all objects are names', () => {
  const table = readJson('[{"__proto__":1,"constructor":2},{"toString":3}]');
  expect(table.names).toEqual(['__proto__', 'constructor', 'toString']);
  expect([...table.numbers('__proto__')]).toEqual([1, Number.NaN]);
});

test('numbers, texts, true and null in one column', () => {
  expect([...readJson('[{"a":1},{"a":"2.5"},{"a":null},{"a":"-"}]').numbers('a')]).toEqual([
    1,
    2.5,
    Number.NaN,
    Number.NaN,
  ]);
  expect(readJson('[{"a":1},{"a":true},{"a":"x"}]').strings('a')).toEqual(['1', 'true', 'x']);
  expect(readJson('[{"a":"2024-01-01"},{"a":5}]').strings('a')).toEqual(['2024-01-01', '5']);
  const options = { missing: ['-999'], decimal: ',', dateOrder: 'dayFirst' } as const;
  const table = readJson('[{"a":-999,"b":"1,5","c":"31.12.2024"},{"a":3}]', options);
  expect([...table.numbers('a'), table.numbers('b')[0], table.dates('c')[0]]).toEqual([
    Number.NaN,
    3,
    1.5,
    Date.UTC(2024, 11, 31),
  ]);
});

test.each([
  ['', 'is not JSON: line 1, column 1 is the end, expected a list of objects'],
  ['\ufeff \n', 'is not JSON: line 2, column 1 is the end, expected a list of objects'],
  ['a,b\n1,2\n', 'is not JSON: line 1, column 1 is "a", expected a list of objects'],
  ['{', 'text is an object, no list, expected a list of objects'],
  ['{"rows":[]}', 'text is an object, no list'],
  ['{"a":1}\n{"a":2}\n', 'text is an object, no list'],
  ['5', 'text is a number, no list'],
  ['null', 'text is true, false or null, no list'],
  ['"[]"', 'text is a text, no list'],
  ['[', 'is not JSON: line 1, column 2 is the end, expected an object'],
  ['[1]', 'row 0 (line 1) is a number, expected an object'],
  ['[{},\n[]]', 'row 1 (line 2) is a list, expected an object'],
  ['[{},\n]', 'is not JSON: line 2, column 1 is "]", expected an object'],
  ['[{"a":1,}]', 'is not JSON: line 1, column 9 is "}", expected a name in double quotes'],
  ['[{"a":1,,"b":2}]', 'is not JSON: line 1, column 9 is ",", expected a name'],
  ['[{a:1}]', 'is not JSON: line 1, column 3 is "a", expected a name in double quotes'],
  ["[{'a':1}]", 'is not JSON: line 1, column 3 is "\'", expected a name'],
  ['[{"a" 1}]', 'is not JSON: line 1, column 7 is "1", expected ":"'],
  ['[{"a":1 "b":2}]', 'is not JSON: line 1, column 9 is "\\"", expected a comma or }'],
  ['[{"a":1}\n{"a":2}]', 'is not JSON: line 2, column 1 is "{", expected a comma or ]'],
  ['[{"a":1}', 'is not JSON: line 1, column 9 is the end, expected a comma or ]'],
  ['[]\n[]', 'is not JSON: line 2, column 1 is "[", expected nothing after the list'],
  ['[{"a":NaN}]', 'is not JSON: line 1, column 7 is "N", expected a value'],
  ['[{"a":01}]', 'is not JSON: line 1, column 8 is "1", expected a comma or }'],
  ['[{"a":+1}]', 'is not JSON: line 1, column 7 is "+", expected a value'],
  ['[{"a":.5}]', 'is not JSON: line 1, column 7 is ".", expected a value'],
  ['[{"a":"x\ny"}]', 'is not JSON: line 1, column 9 is "\\n", expected an escape sequence for a control character'],
  ['[{"a":"\\x"}]', 'is not JSON: line 1, column 7 is "\\"", expected an escape sequence'],
  ['[{"a":"x', 'is not JSON: line 1, column 9 is the end, expected the end of a text'],
  ['[{"a":"\\', 'is not JSON: line 1, column 9 is the end, expected the end of a text'],
  ['[\n{"a":1},\n{"a":[2]}]', 'row 1 (line 3), column "a" is a list, expected a number, a text, true, false or null'],
  ['[{"a":{}}]', 'row 0 (line 1), column "a" is an object'],
  ['[{"a":1,\n"a":2}]', 'row 0 (line 1), column "a" stands twice, expected each name once'],
  ['[{"a":1},{"a":-1e999}]', 'row 1 (line 1), column "a" is -1e999, too large for a number, expected a number'],
  [`[{"a":1${'0'.repeat(400)}}]`, `row 0 (line 1), column "a" is 1${'0'.repeat(39)}, too large`],
  ['['.repeat(deep), 'row 0 (line 1) is a list, expected an object'],
  [
    '[{"a":'.repeat(deep),
    'is not JSON: line 1, column 1507 is "[", expected lists and objects within each other at most 500 deep',
  ],
  [`[{"a":${'['.repeat(400)}${']'.repeat(400)}}]`, 'row 0 (line 1), column "a" is a list'],
  ['[{"a":[1,]}]', 'is not JSON: line 1, column 7 is "[", expected a list'],
  ['[{"a":[1}]}]', 'is not JSON: line 1, column 7 is "[", expected a list'],
])('refuses %.40j', (text, message) => {
  expect(() => readJson(text, { source: 'rows.json' })).toThrow(`rows.json: ${message}`);
  expect(() => readJson(text)).toThrow(FormatError);
});

test('dates are within what a date can be', () => {
  const types = { t: 'date' } as const;
  expect([...readJson('[{"t":8.64e15},{"t":-8.64e15},{"t":0}]', { types }).dates('t')]).toEqual([8.64e15, -8.64e15, 0]);
  for (const time of ['1e300', '8640000000000001', '-1e16']) {
    expect(() => readJson(`[{},\n{"t":${time}}]`, { types })).toThrow(
      `readJson: row 1 (line 2), column "t" is ${Number(time)}, expected milliseconds since 1970 or a spelling of missing`,
    );
  }
});

test('rows that share no names make no table of their product', () => {
  const rows = (count: number) => `[${Array.from({ length: count }, (_, i) => `{"k${i}":1}`).join(',\n')}]`;
  expect(readJson(rows(1000)).names).toHaveLength(1000);
  expect(() => readJson(rows(100_000))).toThrow(
    'readJson: row 2048 (line 2049) makes 4198401 cells of 2049 rows and 2049 names, 2049 of which are there, expected rows with much the same names: choose columns with the option names',
  );
  const chosen = readJson(rows(100_000), { names: ['k99999', 'k0'] });
  expect([chosen.length, chosen.names, chosen.numbers('k99999')[99_999]]).toEqual([100_000, ['k99999', 'k0'], 1]);
});

test('a large table with gaps is no such product', () => {
  const rows = Array.from({ length: 30_000 }, (_, row) => ({
    all: row,
    [`k${row % 100}`]: 1,
    [`l${row % 30}`]: 2,
    m: 3,
  }));
  expect(readJson(JSON.stringify(rows)).names).toHaveLength(132);
});

test('chosen columns pass over what stands beside them', () => {
  const text = '[{"a":1,"x":{"y":["]",{}]}},{"x":[[]],"x":"\\u0041","a":"2"}]';
  expect(readJson(text, { names: ['a'] }).row(1)).toEqual({ a: 2 });
  expect([...readJson(text, { names: ['a', 'none'] }).numbers('none')]).toEqual([Number.NaN, Number.NaN]);
  expect(() => readJson(text, { names: ['a', 'a'] })).toThrow('readJson: names has "a" twice, expected each name once');
  const many = Array.from({ length: 262_145 }, (_, i) => `n${i}`);
  expect(() => readJson(text, { names: many })).toThrow('readJson: names has 262145 entries, expected at most 262144');
  expect(() => readJson(text, { names: 'ab' as never })).toThrow(
    'readJson: names is something else, expected a list of texts',
  );
});

test('a row of very many names', () => {
  const row = (count: number) => `[{${Array.from({ length: count }, (_, i) => `"${i}":1`).join()}}]`;
  expect(readJson(row(50_000)).names).toHaveLength(50_000);
  expect(() => readJson(row(300_000))).toThrow('row 0 (line 1) has column "262144", one of more than 262144');
});

test('what a matrix would leave out, with row and line', () => {
  const table = readJson('[{"a":1},\n{"a":2},\n{"a":"x"},{"a":4}]');
  expect(() => table.matrix()).toThrow(
    'column "a" would be left out: it is of type string, because row 2 (line 3) is "x"',
  );
});

test('mutated texts are read or refused, never anything else', () => {
  const base = '[{"day":"2024-01-01","load":1.5e1,"ok":true},\n{"day":null,"load":-2,"s":"\\u00e9\\n"}]';
  const change = fc.tuple(fc.nat(base.length - 1), fc.constantFrom(...'[]{}",:\\0-e.tn \n', '\u0000', '\ud800'));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
      const characters = [...base];
      for (const [place, value] of changes) characters[place] = value;
      const text = characters.join('');
      const result = (() => {
        try {
          return readJson(text);
        } catch (error) {
          return error;
        }
      })();
      if (result instanceof Error) expect(result).toBeInstanceOf(FormatError);
      else expect(() => JSON.parse(text)).not.toThrow();
    }),
    { numRuns: 3000 },
  );
});
