import { afterEach, expect, it, vi } from 'vitest';
import { print } from './output.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('prints nothing that a terminal would obey', () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  print('a\u001b[2Jb\r\u202e\n\tc');
  expect(write.mock.calls).toEqual([['a\\u001b[2Jb\\u000d\\u202e\n\tc\n']]);
});
