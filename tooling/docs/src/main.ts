import { pathToFileURL } from 'node:url';

/** What a module printed. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
}

// Runs modules one after the other and prints, as JSON, what each of them printed.
const print = process.stdout.write.bind(process.stdout);
const outcomes: Record<string, Outcome> = {};
for (const file of process.argv.slice(2)) {
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = (text: string | Uint8Array) => {
      texts[stream] += text;
      return true;
    };
  }
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    texts.stderr += error instanceof Error ? error.stack : String(error);
  }
  outcomes[file] = texts;
}
print(JSON.stringify(outcomes));
