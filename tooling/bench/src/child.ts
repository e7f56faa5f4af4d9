import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { environment } from '../../setup/prepare.mjs';
import type { Participant } from './participants.ts';
import type { Answer, Greeting, Request } from './protocol.ts';

const mostErrorText = 2000;

/** A running participant. It answers one request at a time. */
export class Child {
  readonly participant: Participant;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(participant: Participant) {
    this.participant = participant;
    this.#process = spawn(participant.command, participant.args, {
      // With headless GL, where that was provided.
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process.on('error', (error) => {
      this.#errors += error.message;
    });
    // Writing to one that has died is seen by the missing answer.
    this.#process.stdin.on('error', () => {});
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-mostErrorText);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  greeting(timeout: number): Promise<Greeting> {
    return this.#next<Greeting>(timeout);
  }

  /** After `timeout` milliseconds without an answer the process is ended. */
  ask(request: Request, timeout: number): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#next<Answer>(timeout);
  }

  close(): void {
    this.#process.stdin.end();
    this.#process.kill('SIGKILL');
  }

  async #next<T>(timeout: number): Promise<T | { readonly error: string }> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.close();
    }, timeout);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (late) return { error: `no answer in ${Math.round(timeout / 1000)} s` };
    if (done) return { error: `the process ended. ${this.#errors.trim()}` };
    return JSON.parse(value) as T;
  }
}
