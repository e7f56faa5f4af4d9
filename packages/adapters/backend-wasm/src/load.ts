import { FormatError, UnsupportedError } from '@sluice/core';
import type { Kernels } from './generated/kernels.ts';
import { withSharedMemory } from './threads/shared-memory.ts';
import { type Bytes, type EngineMemory, pageBytes, type WebAssemblyEngine, webAssembly } from './web-assembly.ts';

/** The instructions that a build of the kernels needs. */
export type SimdLevel = 'simd' | 'relaxed-simd';

/** A binary of this package: a `URL` to fetch it from, the `Response` of a fetch, its bytes, or compiled (a `WebAssembly.Module`). */
export type WasmSource = Bytes | object;

export interface LoadOptions {
  readonly simd: SimdLevel | 'auto';
  readonly source: ((simd: SimdLevel) => WasmSource | Promise<WasmSource>) | undefined;
  /** Most bytes of the memory. */
  readonly maximumMemory: number;
  /** Whether threads are to share the memory. */
  readonly shared: boolean;
}

export interface LoadedKernels {
  readonly kernels: Kernels;
  readonly memory: EngineMemory;
  readonly simd: SimdLevel;
  /** Compiled, for the workers. */
  readonly module: object;
}

const operation = 'createWasmBackend';

// The smallest modules with one instruction of each kind: i8x16.popcnt (one of the last to be standardised) and f32x4.relaxed_madd.
const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10];
const zero = [0x41, 0, 0xfd, 0x11];
const probes: Readonly<Record<SimdLevel, Uint8Array<ArrayBuffer>>> = {
  simd: Uint8Array.from([...header, 10, 1, 8, 0, ...zero, 0xfd, 0x62, 0x0b]),
  'relaxed-simd': Uint8Array.from([...header, 19, 1, 17, 0, ...zero, ...zero, ...zero, 0xfd, 0x85, 0x02, 0x0b]),
};

/** Compiles the best build that the engine can run, with a memory of its own. */
export async function loadKernels(options: LoadOptions): Promise<LoadedKernels> {
  const engine = webAssembly();
  if (engine === undefined) throw new UnsupportedError(`${operation}: this engine has no WebAssembly`);
  const simd = chooseSimd(engine, options.simd);
  const source = options.source === undefined ? await inlined(simd) : await options.source(simd);
  const { shared } = options;
  const module = await compile(engine, source, shared);
  const memory = reserve(engine, options);
  let kernels: object;
  try {
    kernels = (await engine.instantiate(module, { env: { memory } })).exports;
  } catch (cause) {
    throw new FormatError(`${operation}: the source is not the WebAssembly module of this package`, { cause });
  }
  if (!('matMulScratch' in kernels)) {
    throw new FormatError(`${operation}: the source is not the WebAssembly module of this package`);
  }
  return { kernels: kernels as Kernels, memory, simd, module };
}

/** Engines set addresses aside for all that the memory may become. */
function reserve(engine: WebAssemblyEngine, { maximumMemory, shared }: LoadOptions): EngineMemory {
  try {
    return new engine.Memory({ initial: 16, maximum: Math.floor(maximumMemory / pageBytes), shared });
  } catch (cause) {
    const kind = shared ? 'shared memory' : 'memory';
    throw new UnsupportedError(
      `${operation}: the engine refused a ${kind} that may grow to ${maximumMemory} bytes; a smaller maximumMemory may do`,
      { cause },
    );
  }
}

function chooseSimd(engine: WebAssemblyEngine, wanted: SimdLevel | 'auto'): SimdLevel {
  const best = bestSimd(engine);
  if (best === undefined) {
    throw new UnsupportedError(`${operation}: this engine has no WebAssembly SIMD; use another backend, such as js`);
  }
  if (wanted === 'relaxed-simd' && best !== wanted) {
    throw new UnsupportedError(`${operation}: this engine has no relaxed SIMD, which the option simd asks for`);
  }
  return wanted === 'auto' ? best : wanted;
}

/** What the engine can run. */
export function bestSimd(engine = webAssembly()): SimdLevel | undefined {
  if (engine?.validate(probes['relaxed-simd'])) return 'relaxed-simd';
  return engine?.validate(probes.simd) ? 'simd' : undefined;
}

async function compile(engine: WebAssemblyEngine, source: WasmSource, shared: boolean): Promise<object> {
  if (source instanceof engine.Module) {
    if (!shared) return source;
    const expected = 'its bytes or where to fetch them, for threads need another memory import than the module has';
    throw new UnsupportedError({ operation, argument: 'source', got: 'is a compiled module', expected });
  }
  const bytes = await bytesOf(source);
  const binary = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  const start = binary.subarray(0, 4);
  const own = shared ? withSharedMemory(binary) : binary;
  if (start.join() !== '0,97,115,109' || own === undefined) {
    const got = new TextDecoder().decode(start);
    throw new FormatError({
      operation,
      argument: 'source',
      got: `begins with ${JSON.stringify(got)}`,
      expected: 'a WebAssembly module',
    });
  }
  try {
    return await engine.compile(own);
  } catch (cause) {
    throw new UnsupportedError(
      `${operation}: the engine refused to compile the module; a Content-Security-Policy must allow 'wasm-unsafe-eval'`,
      { cause },
    );
  }
}

async function bytesOf(source: WasmSource): Promise<Bytes> {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return source as Bytes;
  let response = source;
  if (source instanceof URL) {
    try {
      response = await fetch(source);
    } catch (cause) {
      throw new FormatError(`${operation}: source ${source.href} could not be fetched`, { cause });
    }
  }
  if (!(response instanceof Response)) {
    throw new FormatError({
      operation,
      argument: 'source',
      got: `is ${String(source)}`,
      expected: 'a URL, a Response, bytes or a WebAssembly.Module',
    });
  }
  if (!response.ok) {
    throw new FormatError({
      operation,
      argument: `source ${response.url}`,
      got: `answered ${response.status}`,
      expected: 'a WebAssembly module',
    });
  }
  return response.arrayBuffer();
}

/** The binary that comes with the code. */
export async function inlined(level: SimdLevel): Promise<Uint8Array<ArrayBuffer>> {
  const { letters, simd, relaxedSimd } = await import('./generated/binaries.ts');
  const plain = decode(simd, letters);
  if (level === 'simd') return plain;
  let at = 0;
  const parts = relaxedSimd.flatMap(([skip, length, own]) => {
    at += skip + length;
    return [plain.subarray(at - length, at), decode(own, letters)];
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** Bytes of one letter each, or of two; the last two letters only begin a pair. */
function decode(text: string, letters: string): Uint8Array<ArrayBuffer> {
  const single = letters.length - 2;
  const places = new Map(Array.from(letters, (letter, place) => [letter, place]));
  const bytes: number[] = [];
  let before = -3;
  for (const letter of text) {
    const place = places.get(letter)!;
    if (place < single) bytes.push(before + place);
    before = place < single ? -3 : (place - single + 1) * single - 3;
  }
  return Uint8Array.from(bytes);
}
