// The part of gpu.js that is used here. Its own declarations need the types of the DOM.

/** What runs the kernels: OpenGL in Node through the package `gl`, WebGL 2 or WebGL in a browser, or plain JavaScript. */
export type GpujsMode = 'headlessgl' | 'webgl2' | 'webgl' | 'cpu';

/** A result that stays on the GPU. */
interface Texture {
  delete(): void;
}

/** What a kernel with `pipeline` gives: a texture or, in mode cpu, an array. */
export type Texels = Texture | Float32Array;

/** What a kernel of several results gives; the others are named by their numbers. */
export interface MappedTexels {
  readonly result: Texels;
  readonly [other: number]: Texels;
}

/** Host data with its size. */
type HostInput = object;

export type ArgumentType = 'Input' | 'Array' | `Array1D(${2 | 4})` | `ArrayTexture(${1 | 2 | 4})` | 'Integer' | 'Float';

export interface FunctionSource {
  readonly source: string;
  readonly settings: { readonly returnType: string; readonly argumentTypes: Readonly<Record<string, string>> };
}

interface KernelSettings {
  readonly output: readonly number[];
  readonly argumentTypes: Readonly<Record<string, ArgumentType>>;
  readonly functions: readonly FunctionSource[];
  readonly returnType: 'Number' | 'Array(2)' | 'Array(4)';
  readonly precision: 'single';
  readonly tactic: 'precision';
  readonly pipeline: boolean;
  readonly immutable: true;
  readonly asyncMode: boolean;
  readonly fixIntegerDivisionAccuracy: false;
  readonly strictIntegers: true;
}

export type KernelArgument = Texels | HostInput | number;

export interface CompiledKernel {
  // With `asyncMode` a promise of an array.
  (...values: KernelArgument[]): unknown;
  readonly kernel: {
    readonly fallbackReason?: string | null;
    readonly context: WebGl | null;
    readonly canvas: Canvas | null;
    destroy(): void;
  };
}

/** The calls of a WebGL context that are made here. */
export interface WebGl {
  readonly MAX_TEXTURE_SIZE: number;
  readonly MAX_TEXTURE_IMAGE_UNITS: number;
  readonly RENDERER: number;
  readonly OUT_OF_MEMORY: number;
  /** WebGL 2 alone. */
  readonly MAX_DRAW_BUFFERS?: number;
  getParameter(name: number): unknown;
  /** Of the package `gl` alone: what the driver itself says. */
  _getParameterDirect?(name: number): unknown;
  getExtension(name: string): {
    readonly UNMASKED_RENDERER_WEBGL?: number;
    readonly MAX_DRAW_BUFFERS_WEBGL?: number;
    loseContext?(): void;
  } | null;
  getError(): number;
  isContextLost(): boolean;
}

interface Canvas {
  addEventListener?(type: 'webglcontextlost', listener: () => void): void;
}

export interface Gpu {
  addNativeFunction(
    name: string,
    source: string,
    settings: { readonly returnType: string; readonly argumentTypes: Readonly<Record<string, string>> },
  ): void;
  injectNative(source: string): void;
  createKernel(source: string, settings: KernelSettings): CompiledKernel;
  createKernelMap(others: readonly string[], source: string, settings: KernelSettings): CompiledKernel;
  destroy(): Promise<void>;
}

type Class<A extends unknown[], T> = new (...values: A) => T;

export interface GpuLibrary {
  readonly GPU: Class<[{ mode: GpujsMode }], Gpu>;
  readonly Input: Class<[Float32Array, readonly number[]], HostInput>;
  readonly HeadlessGLKernel: Class<never, object>;
  readonly WebGL2Kernel: Class<never, object>;
  readonly WebGLKernel: Class<never, object>;
  readonly CPUKernel: Class<never, object>;
}

/** Loads gpu.js, and gives `window.GPU`, which is WebGPU's in browsers and which gpu.js takes, back. */
export async function loadGpuJs(): Promise<GpuLibrary> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'GPU');
  const module = (await import('gpu.js')) as unknown as GpuLibrary & { readonly default?: GpuLibrary };
  if (before) Object.defineProperty(globalThis, 'GPU', before);
  else Reflect.deleteProperty(globalThis, 'GPU');
  // A bundler may give the members of a CommonJS module at its default alone.
  return 'Input' in module ? module : (module as { readonly default: GpuLibrary }).default;
}
