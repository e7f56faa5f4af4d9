/** Binary data. */
export type Bytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

/** The part of the engine's WebAssembly that is used here, so that no library of DOM types is needed. */
export interface WebAssemblyEngine {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => EngineMemory;
  readonly Module: new (bytes: Bytes) => object;
  validate(bytes: Bytes): boolean;
  compile(bytes: Bytes): Promise<object>;
  instantiate(module: object, imports: Record<string, Record<string, unknown>>): Promise<{ readonly exports: object }>;
}

export interface EngineMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; throws a RangeError when it cannot. */
  grow(pages: number): number;
}

/** Bytes of one page. */
export const pageBytes = 65_536;

/** The engine's WebAssembly, where it has one. */
export function webAssembly(): WebAssemblyEngine | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyEngine }).WebAssembly;
}
