import { BackendError, bytesPerElement, type DataArray, DisposedError, type DType, flushSubnormal } from '@sluice/core';
import type { Kernels } from './generated/kernels.ts';
import { Heap } from './heap.ts';
import type { LoadedKernels, SimdLevel } from './load.ts';
import { addressOf, type WasmStorage } from './storage.ts';
import type { KernelName, ThreadPool } from './threads/pool.ts';
import { type EngineMemory, pageBytes } from './web-assembly.ts';

/** Views of the whole memory, one per element type. */
type Views = Record<'float32', Float32Array> &
  Record<'float64', Float64Array> &
  Record<'int32', Int32Array> &
  Record<'bool', Uint8Array>;

export interface MachineOptions {
  readonly maximumMemory: number;
  readonly threadThreshold: number;
}

/** The module, its memory and the blocks in it. */
export class Machine {
  readonly simd: SimdLevel;
  #kernels: Kernels | undefined;
  #memory: EngineMemory | undefined;
  #views: Views;
  readonly #heap: Heap;
  /** Position in the int32 view of the description that elementwise kernels read. */
  readonly rows: number;
  readonly #pool: ThreadPool | undefined;
  readonly #threadThreshold: number;
  #scratch = 0;
  #scratchBytes = 0;

  constructor(
    { kernels, memory, simd }: LoadedKernels,
    { maximumMemory, threadThreshold }: MachineOptions,
    pool?: ThreadPool,
  ) {
    this.simd = simd;
    this.#kernels = kernels;
    this.#memory = memory;
    this.#views = viewsOf(memory.buffer);
    this.#pool = pool;
    this.#threadThreshold = threadThreshold;
    this.rows = kernels.rowsAddress() / 4;
    this.#heap = new Heap({
      start: Math.ceil(kernels.heapBase() / 64) * 64,
      end: memory.buffer.byteLength,
      limit: maximumMemory,
      grow: (end) => {
        memory.grow(Math.ceil((end - memory.buffer.byteLength) / pageBytes));
        this.#views = viewsOf(memory.buffer);
        return memory.buffer.byteLength;
      },
    });
  }

  /** @throws DisposedError once the machine is closed. */
  get kernels(): Kernels {
    if (this.#kernels === undefined) throw new DisposedError('wasm backend: used after dispose()');
    return this.#kernels;
  }

  /** Threads that share the work of large kernels. */
  get threads(): number {
    return this.#pool?.threads ?? 1;
  }

  /** Into how many parts to split a kernel that takes this many operations: into one where waking others costs more than they do. */
  parts(operations: number): number {
    return operations < this.#threadThreshold ? 1 : this.threads;
  }

  /** Runs all parts of a kernel: `part` and `parts` follow the arguments given. */
  run(name: KernelName, given: readonly number[], parts: number): void {
    const { kernels } = this;
    if (parts > 1 && this.#pool !== undefined) {
      try {
        this.#pool.run(kernels, name, given, parts);
      } catch (error) {
        // A worker that was given up may still write anywhere.
        if (error instanceof BackendError) this.close();
        throw error;
      }
    } else {
      // eslint-disable-next-line sluice/no-spread-arguments -- as many as the kernel has parameters
      (kernels[name] as (...values: number[]) => number)(...given, 0, 1);
    }
  }

  /** Bytes of the memory. */
  get memoryBytes(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** Valid until the next allocation, which may replace the buffer. */
  get views(): Views {
    return this.#views;
  }

  /** A new array that holds anything. */
  make(dtype: DType, size: number): WasmStorage {
    return { dtype, size, address: this.#heap.allocate(size * bytesPerElement(dtype)) };
  }

  free(storage: WasmStorage): void {
    const { address } = storage;
    if (address === undefined) return;
    storage.address = undefined;
    this.#heap.free(address, storage.size * bytesPerElement(storage.dtype));
  }

  /** The elements as they lie in the memory; valid until the next allocation. */
  elements(dtype: DType, address: number, size: number): DataArray {
    const start = address / bytesPerElement(dtype);
    return this.#views[dtype].subarray(start, start + size);
  }

  /** Writes the elements of an array; what no kernel would store is zero. */
  write(y: WasmStorage, data: DataArray): void {
    const { dtype, size } = y;
    const address = addressOf(y);
    this.elements(dtype, address, size).set(data);
    if (dtype === 'float32') this.kernels.flushF32(address, address, size);
    else if (dtype === 'float64') this.kernels.flushF64(address, address, size);
  }

  /** The same for one value in all of them. */
  fill(y: WasmStorage, value: number): void {
    this.elements(y.dtype, addressOf(y), y.size).fill(flushSubnormal(value, y.dtype));
  }

  /** The address of `bytes` that hold anything until the next call. */
  scratch(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      if (this.#scratchBytes > 0) this.#heap.free(this.#scratch, this.#scratchBytes);
      this.#scratchBytes = 0;
      this.#scratch = this.#heap.allocate(bytes);
      this.#scratchBytes = bytes;
    }
    return this.#scratch;
  }

  close(): void {
    this.#pool?.close();
    this.#kernels = undefined;
    this.#memory = undefined;
    this.#views = viewsOf(new ArrayBuffer(0));
  }
}

function viewsOf(buffer: ArrayBuffer): Views {
  return {
    float32: new Float32Array(buffer),
    float64: new Float64Array(buffer),
    int32: new Int32Array(buffer),
    bool: new Uint8Array(buffer),
  };
}
