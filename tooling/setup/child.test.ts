import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const child = new URL('./child.mjs', import.meta.url).href;

/** A process that runs `script` through runChild and ends with its exit code. */
function parentOf(script: string) {
  const code = `
    import { runChild } from ${JSON.stringify(child)};
    process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(script)}]);`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function outputOf(parent: ReturnType<typeof parentOf>, onReady: () => void = () => {}) {
  let output = '';
  parent.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.trim() === 'ready') onReady();
  });
  const [exitCode] = await once(parent, 'close');
  return { output, exitCode };
}

describe('runChild', () => {
  it('ends with the exit code of the child', async () => {
    expect(await outputOf(parentOf('process.exit(7)'))).toEqual({ output: '', exitCode: 7 });
  });

  it.skipIf(process.platform === 'win32')('passes signals on and waits until the child has saved', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const parent = parentOf(`
        const wait = setInterval(() => {}, 1000);
        process.on('${signal}', () => setTimeout(() => { console.log('saved'); clearInterval(wait); process.exitCode = 3; }, 300));
        console.log('ready');`);
      expect(await outputOf(parent, () => parent.kill(signal))).toEqual({ output: 'ready\nsaved\n', exitCode: 3 });
    }
  });

  it.skipIf(process.platform === 'win32')('names a signal that ended the child as shells do', async () => {
    const { exitCode } = await outputOf(parentOf("process.kill(process.pid, 'SIGKILL')"));
    expect(exitCode).toBe(137);
  });
});
