/** A block of TypeScript in a document, and what the block of text right after it says that it prints. */
export interface Example {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly code: string;
  readonly output: string | undefined;
}

const fence = /^```(\w*)$/;

/**
 * The examples of a Markdown document: fenced blocks of language `ts`. A block of language `text` that follows with nothing but blank lines
 * between is the expected output.
 */
export function examplesIn(markdown: string): Example[] {
  const examples: Example[] = [];
  let open: { language: string; line: number; body: string[] } | undefined;
  let last: { line: number; code: string } | undefined;
  const finish = (output?: string) => {
    if (last) examples.push({ ...last, output });
    last = undefined;
  };
  markdown.split('\n').forEach((text, index) => {
    const language = fence.exec(text)?.[1];
    if (open && language === '') {
      const code = `${open.body.join('\n')}\n`;
      if (open.language === 'ts') last = { line: open.line, code };
      else if (open.language === 'text') finish(code);
      open = undefined;
    } else if (open) {
      open.body.push(text);
    } else if (language !== undefined) {
      if (language !== 'text') finish();
      open = { language, line: index + 1, body: [] };
    } else if (text.trim() !== '') {
      finish();
    }
  });
  finish();
  return examples;
}
