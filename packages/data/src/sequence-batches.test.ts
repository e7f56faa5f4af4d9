import { Random } from '@sluice/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { padFields, sequenceBatches } from './sequence-batches.ts';
import { collect, expectResumable } from './testing/support.ts';

const ids = (...values: number[]) => Int32Array.from(values);
const word = fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 4 }).map((letters) => ids(...letters));
const sentence = fc
  .array(fc.record({ id: fc.integer({ min: 1, max: 99 }), tag: fc.nat(5), letters: word }), { maxLength: 6 })
  .map((tokens) => ({
    words: ids(...tokens.map(({ id }) => id)),
    tags: ids(...tokens.map(({ tag }) => tag)),
    letters: tokens.map(({ letters }) => letters),
  }));
const sentences = fc.array(sentence, { minLength: 1, maxLength: 5 });

test('every token keeps its word, tag and letters, and the rest is padding', () => {
  fc.assert(
    fc.property(sentences, (examples) => {
      const { fields, lengths, mask } = padFields(examples, { tags: -1 });
      const count = examples.length;
      const time = Math.max(...examples.map(({ words }) => words.length));
      expect([...lengths]).toEqual(examples.map(({ words }) => words.length));
      expect(fields.words.shape).toEqual([time, count]);
      expect(fields.tags.shape).toEqual([time, count]);
      expect(mask).toMatchObject({ dtype: 'bool', shape: [time, count] });
      const [longest] = fields.letters.values.shape;
      expect(fields.letters.values.shape).toEqual([longest, time, count]);
      expect(fields.letters.lengths.length).toBe(time * count);
      for (let t = 0; t < time; t++) {
        examples.forEach(({ words, tags, letters }, i) => {
          const place = t * count + i;
          expect(mask.data[place]).toBe(t < words.length ? 1 : 0);
          expect(fields.words.data[place]).toBe(words[t] ?? 0);
          expect(fields.tags.data[place]).toBe(tags[t] ?? -1);
          expect(fields.letters.lengths[place]).toBe(letters[t]?.length ?? 0);
          for (let c = 0; c < longest!; c++) {
            expect(fields.letters.values.data[c * time * count + place]).toBe(letters[t]?.[c] ?? 0);
          }
        });
      }
    }),
  );
});

test('batches hold every sentence once, with its fields together, and resume', async () => {
  await fc.assert(
    fc.asyncProperty(sentences, fc.option(fc.nat(), { nil: undefined }), fc.nat(3), async (examples, seed, start) => {
      const numbered = examples.map((example, i) => ({
        ...example,
        number: new Int32Array(example.words.length).fill(i),
      }));
      const source = sequenceBatches(numbered, { batchSize: 2, seed });
      const batches = await collect(source.epoch(1));
      const seen = batches.flatMap(({ fields, lengths }) =>
        Array.from(lengths, (length, row) => ({ length, number: length > 0 ? fields.number.data[row] : undefined })),
      );
      const expected = examples.map(({ words }, i) => ({
        length: words.length,
        number: words.length > 0 ? i : undefined,
      }));
      const order = (list: typeof seen) => list.map((entry) => JSON.stringify(entry)).sort();
      expect(order(seen)).toEqual(order(expected));
      await expectResumable(source, 1, start);
    }),
  );
});

test('sentences as long as those of written English are padded by less than a tenth', async () => {
  // A log-normal distribution with a median of 18 words: mean 22, 5 % above 50, as in corpora of news and fiction.
  const lengths = Array.from(new Random(1).normal(5000, Math.log(18), 0.62), (x) =>
    Math.max(1, Math.round(Math.exp(x))),
  );
  const source = sequenceBatches(
    lengths.map((length) => ({ words: new Int32Array(length) })),
    { batchSize: 32, seed: 1 },
  );
  expect(source.paddingShare(0)).toBeLessThan(0.1);
  let steps = 0;
  for await (const { fields } of source.epoch(0)) steps += fields.words.data.length;
  const filled = lengths.reduce((sum, length) => sum + length, 0);
  expect(source.paddingShare(0)).toBeCloseTo(1 - filled / steps, 12);
});

test('takes vectors for tokens too', () => {
  const frames = (...values: number[]) => ({
    dtype: 'float32' as const,
    shape: [values.length / 2, 2],
    data: Float32Array.from(values),
  });
  const { fields } = padFields([{ frames: frames(1, 2) }, { frames: frames(3, 4, 5, 6) }], { frames: 9 });
  expect(fields.frames).toEqual({ dtype: 'float32', shape: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 9, 9, 5, 6) });
});

test('names example and field that do not fit', () => {
  const good = { words: ids(1, 2), tags: ids(1, 2) };
  expect(() => padFields([good, { words: ids(1, 2), tags: ids(1) }])).toThrow(
    'padFields: field "tags" of example 1 has 1 tokens, expected 2, as "words"',
  );
  expect(() => sequenceBatches([good, { words: ids(1) } as never], { batchSize: 1 })).toThrow(
    'sequenceBatches: field "tags" of example 1 is missing, expected "words", "tags"',
  );
  expect(() => padFields([])).toThrow('padFields: examples is empty, expected at least one, with a field');
  expect(() => sequenceBatches([good], { batchSize: 1, padding: { tag: -1 } as never })).toThrow(
    'sequenceBatches: padding names "tag", expected some of "words", "tags"',
  );
  expect(() => sequenceBatches([good], { batchSize: 0 })).toThrow('batchSize is 0');
});
