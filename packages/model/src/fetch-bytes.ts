import type { ReadLimits } from './folder.ts';

/**
 * Addresses of a folder and of a file in it. A query stays behind the name of the file, as access tokens need it; messages do without. A fragment
 * is none of the server's.
 */
export function fileAddress(source: string, name = ''): { readonly folder: string; readonly file: string } {
  const [address] = source.split('#', 1) as [string];
  const question = address.includes('?') ? address.indexOf('?') : address.length;
  let folder = address.slice(0, question);
  while (folder.endsWith('/')) folder = folder.slice(0, -1);
  return { folder, file: `${folder}/${name}${address.slice(question)}` };
}

/**
 * The body of an address. What it takes is bounded by what comes, not by what headers say of it, and ends at the limit.
 * @throws Error with a reason that holds no query
 */
export async function fetchBytes(address: string, { maximumBytes, signal }: ReadLimits): Promise<Uint8Array> {
  const response = await request(address, signal as AbortSignal);
  const reader = response.body?.getReader();
  try {
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
    const length = response.headers.get('content-length');
    // What is encoded has another length than its content.
    if (length !== null && !response.headers.has('content-encoding') && Number(length) > maximumBytes) {
      throw new Error(`has ${Number(length)} bytes, expected at most ${maximumBytes}`);
    }
    return reader ? await readAll(reader, maximumBytes) : new Uint8Array(0);
  } finally {
    // After the end this does nothing; before, it lets go of the connection.
    reader?.cancel().catch(() => {});
  }
}

/** `fetch` says that it failed, and only its cause why; what it says may hold the query. */
async function request(address: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { signal });
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : String(message);
    const query = /\?.*/s.exec(address)?.[0] ?? '';
    throw new Error(query === '' ? reason : reason.replaceAll(query, ''), { cause: error });
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, most: number): Promise<Uint8Array> {
  let bytes = new Uint8Array(Math.min(most, 65_536));
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, length);
    if (length + value.length > most) throw new Error(`has more than ${most} bytes`);
    if (length + value.length > bytes.length) {
      const larger = new Uint8Array(Math.min(most, Math.max(2 * bytes.length, length + value.length)));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(value, length);
    length += value.length;
  }
}
