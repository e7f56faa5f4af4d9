import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventLog, type FitEvent, fit, logged, type TrainingState } from '../index.ts';
import { csvLog, jsonLines } from '../node.ts';
import { collect, pairs, setUp } from '../testing/problems.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logs-'));
});
afterAll(() => rm(folder, { recursive: true }));

const validate = { data: pairs(1), everySteps: 2 };
const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n').slice(0, -1);

/** What two runs share: all but times. */
const withoutTimes = (lines: readonly string[]) =>
  lines.map((line) => line.replaceAll(/,"(elapsed|remaining)Milliseconds":[^,}]*/g, ''));

async function run(log: EventLog, changed: object = {}): Promise<FitEvent[]> {
  return collect(logged(fit(setUp({ epochs: 2, validate, ...changed }).options), log));
}

describe('jsonLines', () => {
  it('writes each event', async () => {
    const path = join(folder, 'new/folder/log.jsonl');
    const events = await run(jsonLines(path));
    expect((await linesOf(path)).map((line) => JSON.parse(line) as unknown)).toEqual(
      events.map((event) => JSON.parse(JSON.stringify(event)) as unknown),
    );
    expect(events).toHaveLength(18);
  });
});

describe('csvLog', () => {
  it('writes numbers by name', async () => {
    const path = join(folder, 'log.csv');
    const events = await run(csvLog(path), { epochs: 1 });
    const [step] = events as [FitEvent & { type: 'step' }];
    const validation = events.find((event) => event.type === 'validation')!;
    const lines = await linesOf(path);
    expect(lines.slice(0, 4)).toEqual([
      'step,epoch,name,value',
      `1,0,train/loss,${step.loss}`,
      `1,0,train/gradientNorm,${step.gradientNorm}`,
      `1,0,train/learningRate,${step.learningRate}`,
    ]);
    expect(lines).toContain(`2,0,validation/loss,${validation.loss}`);
    expect(lines.at(-1)).toMatch(/^5,1,epoch\/loss,[\d.]+$/);
    expect(lines).toHaveLength(1 + 5 * 3 + 2 + 1);
  });

  it('quotes names of metrics that need it', async () => {
    const path = join(folder, 'quoted.csv');
    const metrics = { 'a, "b"': 1, c: Number.NaN };
    const validation = { type: 'validation', step: 3, epoch: 0, loss: 2, metrics, best: false } as const;
    for (let again = 0; again < 2; again++) {
      const log = csvLog(path);
      await log.write(validation);
      await log.close();
      expect((await linesOf(path)).slice(1)).toEqual([
        '3,0,validation/loss,2',
        '3,0,"validation/a, ""b""",1',
        '3,0,validation/c,NaN',
      ]);
    }
  });
});

describe.each([
  ['jsonLines', jsonLines],
  ['csvLog', csvLog],
] as const)('%s', (name, makeLog) => {
  it('is after a resume as if training had never stopped', async () => {
    const path = join(folder, `${name}-resumed`);
    const straightPath = join(folder, `${name}-straight`);
    await run(makeLog(straightPath));
    let saved: TrainingState | undefined;
    const save = (state: TrainingState) => {
      saved ??= state;
    };
    const { options } = setUp({ epochs: 2, validate, checkpoint: { everySteps: 4, save } });
    // Goes on for three more steps than it saves, and is stopped in the middle of a line.
    for await (const event of logged(fit(options), makeLog(path))) if (event.step === 7) break;
    await writeFile(path, '8,0,tr', { flag: 'a' });
    await run(makeLog(path), { resume: saved });
    const told = (lines: readonly string[]) => withoutTimes(lines).filter((line) => !line.includes('checkpoint'));
    expect(told(await linesOf(path))).toEqual(told(await linesOf(straightPath)));
    // A run that has nothing left to do leaves it alone, and one from the beginning writes it anew.
    const before = await readFile(path, 'utf8');
    await run(makeLog(path), { signal: AbortSignal.abort() });
    expect(await readFile(path, 'utf8')).toBe(before);
    await run(makeLog(path));
    expect(withoutTimes(await linesOf(path))).toEqual(withoutTimes(await linesOf(straightPath)));
  });

  it.each(['my notes', 'my notes\n', 'a,b\n1,2\n', '{"a":1}\n', '[]\n', 'null\n'])(
    'does not overwrite %j',
    async (content) => {
      const path = join(folder, `${name}-foreign`);
      await writeFile(path, content);
      const ended = run(makeLog(path));
      await expect(ended).rejects.toThrow(FormatError);
      await expect(ended).rejects.toThrow(
        `${path}: line 1 is not of a training log like this; nothing was overwritten`,
      );
      expect(await readFile(path, 'utf8')).toBe(content);
    },
  );

  it('names the line that does not belong', async () => {
    const path = join(folder, `${name}-damaged`);
    await run(makeLog(path));
    const lines = await linesOf(path);
    await writeFile(path, `${[...lines.slice(0, 3), 'oh', ...lines.slice(3)].join('\n')}\n`);
    await expect(run(makeLog(path))).rejects.toThrow(`${path}: line 4 is not of a training log`);
  });
});
