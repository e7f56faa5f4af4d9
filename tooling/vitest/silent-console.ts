import { afterAll, afterEach } from 'vitest';

const printed: string[] = [];

for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'group'] as const) {
  console[method] = (...values: unknown[]) => {
    printed.push(`console.${method}: ${values.map(String).join(' ')}`);
  };
}

// Thrown here and not inside console.*, where the code under test could catch it.
function failIfPrinted(): void {
  if (printed.length === 0) return;
  const lines = printed.splice(0).join('\n');
  throw new Error(`The test printed to the console:\n${lines}`);
}

afterEach(failIfPrinted);
afterAll(failIfPrinted);
