import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fit, logged } from '../index.ts';
import { tensorBoard } from '../node.ts';
import { pairs, setUp } from '../testing/problems.ts';
import { crc32c, encodeScalars } from './event-file.ts';

// The parts of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto that are used here, with their numbers.
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Summary {
    message Value { string tag = 1; oneof value { float simple_value = 2; } }
    repeated Value value = 1;
  }
  message Event {
    double wall_time = 1;
    int64 step = 2;
    oneof what { string file_version = 3; Summary summary = 5; }
  }
`);
const Event = root.lookupType('Event');

interface DecodedEvent {
  readonly wallTime: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] };
}

const decode = (data: Uint8Array) => Event.toObject(Event.decode(data), { longs: Number }) as DecodedEvent;

/** Reads the records as TensorFlow's record reader does, and checks both checksums of each. */
function readRecords(file: Buffer): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  const masked = (crc: number) => Number((BigInt((crc >>> 15) | (crc << 17)) + 0xa282ead8n) & 0xffffffffn);
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(masked(crc32c(file.subarray(at, at + 8))));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(crc32c(data)));
    events.push(decode(data));
    at += 12 + length + 4;
  }
  return events;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'board-'));
});
afterAll(() => rm(folder, { recursive: true }));

// RFC 3720, appendix B.4, and the check value of the catalogue of CRC algorithms.
it.each<[name: string, data: number[], crc: number]>([
  ['32 zeros', Array<number>(32).fill(0), 0x8a9136aa],
  ['32 ones', Array<number>(32).fill(0xff), 0x62a8ab43],
  ['0 to 31', Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['31 to 0', Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['123456789', [...'123456789'].map((digit) => digit.charCodeAt(0)), 0xe3069283],
])('crc32c of %s is what is published', (_name, data, crc) => {
  expect(crc32c(Uint8Array.from(data))).toBe(crc);
});

it('writes events that a reader of Protocol Buffers understands', async () => {
  const begun = Date.now() / 1000;
  const board = join(folder, 'new/board');
  const { options } = setUp({ data: pairs(2), epochs: 1, validate: { data: pairs(1) } });
  const told = new Map<string, number>();
  for await (const event of logged(fit(options), tensorBoard(board))) {
    if (event.type === 'step') told.set(`${event.step} train/loss`, event.loss);
    if (event.type === 'step') told.set(`${event.step} train/gradientNorm`, event.gradientNorm);
    if (event.type === 'step') told.set(`${event.step} train/learningRate`, event.learningRate);
    if (event.type === 'epoch') told.set(`${event.step} epoch/loss`, event.loss);
    if (event.type === 'validation') told.set(`${event.step} validation/loss`, event.loss);
  }
  const [name, ...others] = await readdir(board);
  expect(others).toEqual([]);
  expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\./);
  const [version, ...events] = readRecords(await readFile(join(board, name!)));
  expect(version!.fileVersion).toBe('brain.Event:2');
  const found = events.flatMap(({ step, summary }) =>
    summary!.value.map(({ tag, simpleValue }) => [`${step} ${tag}`, simpleValue] as const),
  );
  expect(found).toEqual([...told].map(([key, value]) => [key, Math.fround(value)]));
  for (const { wallTime } of events) {
    expect(wallTime).toBeGreaterThanOrEqual(begun);
    expect(wallTime).toBeLessThanOrEqual(Date.now() / 1000);
  }
});

it('has a file of its own for each run', async () => {
  const board = join(folder, 'twice');
  for (let run = 0; run < 2; run++) {
    for await (const _ of logged(fit(setUp({ epochs: 1 }).options), tensorBoard(board)));
  }
  expect(await readdir(board)).toHaveLength(2);
});

it('counts far, and writes long names and numbers that are not finite', () => {
  const name = `validation/${'ü'.repeat(200)}`;
  const step = 2 ** 40 + 5;
  const scalars = [[name, Number.NaN] as const, ['b', Number.NEGATIVE_INFINITY] as const];
  expect(decode(encodeScalars(1.5, step, scalars))).toEqual({
    wallTime: 1.5,
    step,
    summary: {
      value: [
        { tag: name, simpleValue: Number.NaN },
        { tag: 'b', simpleValue: Number.NEGATIVE_INFINITY },
      ],
    },
  });
});
