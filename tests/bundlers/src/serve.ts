import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const page = '<!DOCTYPE html><title>test</title><script type="module" src="main.js"></script>';

export interface Server extends AsyncDisposable {
  readonly url: string;
  /** What was asked for, in order. */
  readonly paths: readonly string[];
}

/** Serves the files of a folder, and a page that runs its main.js, with a Content-Security-Policy if there is one. */
export async function serve(folder: string, policy?: string): Promise<Server> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    paths.push(pathname);
    if (pathname === '/') {
      response.writeHead(200, { 'content-type': 'text/html', ...(policy && { 'content-security-policy': policy }) });
      response.end(page);
      return;
    }
    const file = join(folder, pathname);
    const found = existsSync(file);
    response.writeHead(found ? 200 : 404, { 'content-type': types[extname(file)] ?? 'text/html' });
    response.end(found ? readFileSync(file) : 'there is no such file');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
