import { expect, it } from 'vitest';
import { IndexError, OptionError, publicNames, SluiceError, withPublicNames } from './index.ts';

const wrong = (argument: string) => new IndexError({ operation: 'gather', argument, got: 'is 9', expected: '0 to 4' });

const errorOf = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

const fail = (error: unknown) => () => {
  throw error;
};

it('tells of the argument that the user gave, with its place by axes', () => {
  const inner = wrong('indices[5]');
  const names = { operation: 'loss', names: { indices: 'targets' }, shape: [2, 3], expected: '0 to 4, or -1' };
  const error = errorOf(() => withPublicNames(names, fail(inner)));
  expect(error).toBeInstanceOf(IndexError);
  expect(error.message).toBe('loss: targets[1][2] is 9, expected 0 to 4, or -1');
  expect(error.cause).toBe(inner);
  const scalar = { operation: 'loss', names: { indices: 'target' }, shape: [] };
  expect(errorOf(() => withPublicNames(scalar, fail(wrong('indices[0]')))).message).toMatch('loss: target is 9');
});

it('lets the outermost have the last word, and ends with its work', () => {
  const work = () =>
    withPublicNames({ operation: 'outer', names: { targets: 'tags' } }, () =>
      withPublicNames({ operation: 'inner', names: { indices: 'targets' }, shape: [2, 3] }, fail(wrong('indices[4]'))),
    );
  expect(errorOf(work).message).toBe('outer: tags[1][1] is 9, expected 0 to 4');
  expect(publicNames()(wrong('indices'))).toMatchObject({ message: 'gather: indices is 9, expected 0 to 4' });
});

it('retells later what was taken in time', () => {
  const retell = withPublicNames({ operation: 'outer', names: { targets: 'tags' } }, () =>
    withPublicNames({ operation: 'inner', names: { indices: 'targets' } }, publicNames),
  );
  const error = retell(new IndexError({ operation: 'gather', argument: 'indices', got: 'hold 9', expected: '0 to 4' }));
  expect(error).toMatchObject({ name: 'IndexError', message: 'outer: tags hold 9, expected 0 to 4' });
});

it('passes on what tells of anything else', () => {
  const names = { operation: 'loss', names: { indices: 'targets' }, expected: 'never said' };
  const others = [
    new OptionError({ operation: 'gather', argument: 'axis', got: 'is 3', expected: '0 to 1' }),
    new OptionError({ operation: 'gather', argument: 'toString', got: 'is 3', expected: '0 to 1' }),
    new SluiceError('indices are bad'),
    new TypeError('indices[0]'),
    'indices[0]',
  ];
  for (const other of others) expect(errorOf(() => withPublicNames(names, fail(other)))).toBe(other);
  const option = new OptionError({ operation: 'gather', argument: 'indices', got: 'is odd', expected: 'even' });
  expect(errorOf(() => withPublicNames(names, fail(option))).message).toBe('loss: targets is odd, expected even');
});
