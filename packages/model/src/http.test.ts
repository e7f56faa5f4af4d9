import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { FormatError, type SluiceError } from '@sluice/core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { fileAddress } from './fetch-bytes.ts';
import { encodeModel, type LoadOptions, loadModel, type ModelFiles } from './index.ts';
import { createDevice, createParts, definition } from './testing/support.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let files: ModelFiles;
/** What the server does with a request for a file, where it is not to serve it. */
let answers: Record<string, Answer>;
let requests: string[];
let server: Server;
let host: string;
let address: string;
const device = createDevice();

beforeAll(async () => {
  files = await encodeModel(definition, createParts(3));
});
beforeEach(async () => {
  [answers, requests] = [{}, []];
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const [path = ''] = (request.url ?? '').split('?');
    const name = path.replace('/models/one/', '') as keyof ModelFiles;
    const answer = answers[name];
    if (answer) answer(request, response);
    else if (files[name]) response.end(files[name]);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html><title>Not found</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  address = `${host}/models/one`;
});
afterEach(async () => {
  expect(device.live).toBe(0);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const load = (source: string | URL = address, options?: LoadOptions) => loadModel(source, definition, device, options);

async function expectModel(loading: ReturnType<typeof load>): Promise<void> {
  const { model, preprocessing } = await loading;
  expect(await model.stateDict()).toEqual(await createParts(3).model.stateDict());
  expect(preprocessing.scale.factor).toBe(3);
  model.dispose();
}

async function expectRefusal(loading: ReturnType<typeof load>, message: string): Promise<void> {
  const error = (await loading.then(
    () => new Error('loaded'),
    (reason: unknown) => reason,
  )) as SluiceError;
  expect(error.message).toContain(message);
  expect(error).toBeInstanceOf(FormatError);
}

it.each(['', '/', '///', '#part', '/#/a?b', '?token=x/y&v=1', '/?token=x/y&v=1#part'])(
  'loads from ADDRESS%s',
  async (end) => {
    await expectModel(load(`${address}${end}`));
    await expectModel(load(new URL(`${address}${end}`)));
    const query = end.includes('?token') ? '?token=x/y&v=1' : '';
    for (const name of ['config.json', 'model.safetensors', 'preprocessing.json']) {
      expect(requests.filter((url) => url === `/models/one/${name}${query}`)).toHaveLength(2);
    }
    expect(requests).toHaveLength(6);
  },
);

it('makes addresses of folders and files', () => {
  expect(fileAddress('/models/one/?v=1#x', 'a')).toEqual({ folder: '/models/one', file: '/models/one/a?v=1' });
  expect(fileAddress(`/x${'/'.repeat(100_000)}y`, 'a').file).toHaveLength(100_005);
});

it('keeps tokens of the address out of messages', async () => {
  const message = await load(`${host}/none?token=secret`).catch((error: Error) => error.message);
  expect(message).toBe(`${host}/none/config.json: cannot be read: 404 Not Found`);
  const relative = await load('models/one?token=secret').catch((error: Error) => error.message);
  expect(relative).toMatch(/^models\/one\/config\.json: cannot be read: Failed to parse URL/);
  expect(relative).not.toContain('secret');
});

it('says why a server cannot be reached', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const text = `cannot be read: fetch failed: connect ECONNREFUSED 127.0.0.1:${port}`;
  await expectRefusal(load(`http://127.0.0.1:${port}/m?token=secret`), text);
});

it('follows redirects', async () => {
  answers['model.safetensors'] = (_, response) => response.writeHead(302, { location: '/models/one/elsewhere' }).end();
  answers.elsewhere = (_, response) => response.end(files['model.safetensors']);
  await expectModel(load());
});

it('gives up on redirects without an end', async () => {
  answers['config.json'] = (_, response) => response.writeHead(302, { location: '/models/one/config.json' }).end();
  await expectRefusal(load(), `${address}/config.json: cannot be read: fetch failed: redirect count exceeded`);
});

it('loads what comes without a length, in pieces, or encoded', async () => {
  answers['config.json'] = (_, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    for (const byte of files['config.json']) response.write(Uint8Array.of(byte));
    response.end();
  };
  answers['model.safetensors'] = (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(files['model.safetensors']));
  await expectModel(load());
});

it('names what is missing, and says what came for JSON', async () => {
  await expectRefusal(load(`${host}/none`), `${host}/none/config.json: cannot be read: 404 Not Found`);
  answers['preprocessing.json'] = (_, response) => response.writeHead(500, 'No\tsuch').end();
  await expectRefusal(load(), `${address}/preprocessing.json: cannot be read: 500 No`);
  answers['config.json'] = (_, response) => response.end('<!doctype html><title>Not found</title>');
  await expectRefusal(load(), `${address}/config.json: is malformed JSON: `);
});

it('refuses by the headers what is longer than was said', async () => {
  let sent = 0;
  const long: Answer = (_, response) => {
    response.writeHead(200, { 'content-length': 1e10 });
    response.write(new Uint8Array(1000), () => {
      sent++;
    });
  };
  for (const name of ['config.json', 'model.safetensors', 'preprocessing.json']) {
    answers = { [name]: long };
    await expectRefusal(load(), `${address}/${name}: cannot be read: has 10000000000 bytes, expected at most `);
  }
  expect(sent).toBeGreaterThan(0);
});

it('stops reading what has no end', async () => {
  for (const name of ['config.json', 'model.safetensors', 'preprocessing.json']) {
    let sent = 0;
    let gone: Promise<void> | undefined;
    const endless: Answer = (_, response) => {
      const piece = new Uint8Array(65_536).fill(0x20);
      const send = (): void => {
        sent += piece.length;
        response.write(piece, (error) => {
          if (!error && !response.destroyed) send();
        });
      };
      gone = new Promise((resolve) => response.on('close', resolve));
      send();
    };
    answers = { [name]: endless };
    await expectRefusal(load(), `${address}/${name}: cannot be read: has more than `);
    // The connection is let go, and what was sent is what fits the buffers between the two.
    await gone;
    expect(sent).toBeLessThan(2 ** 26);
  }
});

it('stops at the limit of what an encoded body unfolds to', async () => {
  const bomb = gzipSync(new Uint8Array(2 ** 26));
  answers['model.safetensors'] = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  const most = files['model.safetensors'].length;
  await expectRefusal(load(), `${address}/model.safetensors: cannot be read: has more than ${most} bytes`);
});

it('refuses what ends too early', async () => {
  answers['model.safetensors'] = (_, response) => {
    response.writeHead(200, { 'content-length': files['model.safetensors'].length });
    response.write(files['model.safetensors'].subarray(0, 10), () => response.destroy());
  };
  await expectRefusal(load(), `${address}/model.safetensors: cannot be read: `);
  answers['model.safetensors'] = (_, response) => response.end(files['model.safetensors'].subarray(0, 10));
  await expectRefusal(load(), 'it has 10 bytes with the CRC-32');
});

it('refuses a folder over the limit before its files are asked for', async () => {
  const total = files['model.safetensors'].length + files['preprocessing.json'].length;
  await expectModel(load(address, { maximumBytes: total }));
  requests = [];
  await expectRefusal(
    load(address, { maximumBytes: total - 1 }),
    `${address}/config.json: files has ${total} bytes, expected at most maximumBytes, ${total - 1}`,
  );
  expect(requests.filter((url) => !url.endsWith('config.json'))).toEqual([]);
});

const slow: Answer = (request, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write(' '), 5);
  request.on('close', () => clearInterval(timer));
};

it.each(['config.json', 'model.safetensors', 'preprocessing.json'])('gives up on a slow %s', async (name) => {
  answers[name] = slow;
  await expectRefusal(load(address, { timeout: 60 }), `${address}: could not be read within 60 milliseconds`);
  answers[name] = () => {};
  await expectRefusal(load(address, { timeout: 60 }), `${address}: could not be read within 60 milliseconds`);
});

it('ends when its signal says so, before and in the midst', async () => {
  const early = AbortSignal.abort(new Error('not wanted'));
  await expect(load(address, { signal: early })).rejects.toThrow('not wanted');
  const controller = new AbortController();
  let closed: Promise<void> | undefined;
  answers['model.safetensors'] = (request, response) => {
    closed = new Promise((resolve) => request.on('close', resolve));
    slow(request, response);
    controller.abort();
  };
  await expect(load(address, { signal: controller.signal })).rejects.toThrow(
    expect.objectContaining({ name: 'AbortError' }),
  );
  await closed;
  answers = {};
  const late = new AbortController();
  await expectModel(load(address, { signal: late.signal }));
  late.abort();
});

it('does not wait for functions that hang, and builds nothing of what they bring later', async () => {
  let bring: (() => void) | undefined;
  const asked: string[] = [];
  const hanging = async (name: string) => {
    asked.push(name);
    if (name === 'model.safetensors') {
      await new Promise<void>((resolve) => {
        bring = resolve;
      });
    }
    return files[name as keyof ModelFiles];
  };
  await expectRefusal(
    loadModel(hanging, definition, device, { timeout: 20 }),
    'loadModel: could not be read within 20 milliseconds',
  );
  bring?.();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toEqual(['config.json', 'preprocessing.json', 'model.safetensors']);
});

it('checks what functions bring, and tells them their limits', async () => {
  const limits: Record<string, number> = {};
  const read = (name: string, { maximumBytes }: { readonly maximumBytes: number }) => {
    limits[name] = maximumBytes;
    return Promise.resolve(files[name as keyof ModelFiles]);
  };
  const { model } = await loadModel(read, definition, device);
  model.dispose();
  expect(limits).toEqual({
    'config.json': 2 ** 20,
    'model.safetensors': files['model.safetensors'].length,
    'preprocessing.json': files['preprocessing.json'].length,
  });
  const text = (() => Promise.resolve('{}')) as unknown as typeof read;
  await expectRefusal(loadModel(text, definition, device), 'config.json: cannot be read: is no Uint8Array');
  const long = () => Promise.resolve(new Uint8Array(2 ** 20 + 1));
  await expectRefusal(loadModel(long, definition, device), 'config.json: has 1048577 bytes, expected at most 1048576');
});

it.each([
  [{ timeout: -1 }, 'loadModel: timeout is -1, expected a number of at least 0'],
  [{ maximumBytes: Number.NaN }, 'loadModel: maximumBytes is NaN, expected a number of at least 0'],
  [{ signal: {} }, 'loadModel: signal is none, expected an AbortSignal'],
  [
    { timeOut: 1 },
    'loadModel: timeOut is no option, expected one of maximumBytes, timeout, signal (did you mean timeout?)',
  ],
])('refuses %o', async (options, message) => {
  await expect(load(address, options as LoadOptions)).rejects.toThrow(message);
  await expect(loadModel(7 as never, definition, device)).rejects.toThrow(
    'loadModel: source is number, expected an address or a function',
  );
});
