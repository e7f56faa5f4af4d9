/** The code of an `@example` in a docstring. */
export interface DocstringExample {
  /** Line of its first line, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The examples in the docstrings of a source: what stands after `@example`, up to the next tag or the end of the comment. */
export function docstringExamplesIn(source: string): DocstringExample[] {
  const examples: DocstringExample[] = [];
  for (const comment of source.matchAll(/^ *\/\*\*\n[\s\S]*?\*\//gm)) {
    const before = source.slice(0, comment.index).split('\n').length;
    const lines = comment[0].split('\n').map((line) => line.replace(/^ *(\*\/|\* ?|\/\*\*)/, ''));
    lines.forEach((line, i) => {
      if (line !== '@example') return;
      const length = lines.slice(i + 1).findIndex((next) => next.startsWith('@'));
      const code = lines.slice(i + 1, length < 0 ? -1 : i + 1 + length);
      examples.push({ line: before + i + 1, code: `${code.join('\n')}\n` });
    });
  }
  return examples;
}

export interface Names {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** An example as a module that has the names of the prelude at hand, those it defines itself before them. */
export function withPrelude(code: string, prelude: string, { values, types }: Names): string {
  return [
    `import { ${values.join(', ')} } from '${prelude}';`,
    `import type { ${types.join(', ')} } from '${prelude}';`,
    `{\n${code}}\n`,
  ].join('\n');
}
