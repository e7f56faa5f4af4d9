import { UnsupportedError } from '@sluice/core';
import { type CompiledKernel, type Gpu, type GpujsMode, type GpuLibrary, loadGpuJs, type WebGl } from './gpu-js.ts';
import { addNatives } from './natives.ts';

const operation = 'createGpujsBackend';

/** A GPU that was tried. */
export interface Opened {
  readonly library: GpuLibrary;
  readonly gpu: Gpu;
  readonly mode: GpujsMode;
  /** Absent in mode cpu. */
  readonly context: WebGl | null;
  readonly renderer: string;
  /** The largest side of a texture. */
  readonly maxTextureSize: number;
  /** The most texels of an array. */
  readonly mostTexels: number;
  /** Textures that a kernel may read. */
  readonly mostTextures: number;
  /** Textures that a kernel may write. */
  readonly mostResults: number;
  /** Why none of the modes asked for runs; empty where one does. */
  readonly fallbackReason: string;
  isLost(): boolean;
}

/** Positions are computed in float32, which has no whole numbers in between up to here. */
const mostPositions = 2 ** 24;

const advice = {
  headlessgl:
    'in Node it needs the package gl beside gpu.js (g++, make and python3 build it) and an X display: run under "xvfb-run -a"',
  webgl2: 'a browser needs WebGL 2 with EXT_color_buffer_float',
  webgl: 'a browser needs WebGL with OES_texture_float and float render targets',
  cpu: 'it should run everywhere',
} as const satisfies Record<GpujsMode, string>;

/** @throws UnsupportedError when no mode of `wanted` runs and a fallback is not allowed. */
export async function open(wanted: readonly GpujsMode[], allowFallback: boolean): Promise<Opened> {
  let library: GpuLibrary;
  try {
    library = await loadGpuJs();
  } catch (cause) {
    throw new UnsupportedError(`${operation}: the package gpu.js could not be loaded; install it: npm install gpu.js`, {
      cause,
    });
  }
  const reasons: string[] = [];
  for (const mode of wanted) {
    try {
      return await openMode(library, mode, '');
    } catch (error) {
      reasons.push(`${mode}: ${error instanceof Error ? error.message : String(error)}; ${advice[mode]}`);
    }
  }
  const reason = reasons.join('. ');
  if (allowFallback) return openMode(library, 'cpu', reason);
  throw new UnsupportedError(
    `${operation}: no GPU here (${reason}). Use another backend, or set allowFallback to run in plain JavaScript`,
  );
}

async function openMode(library: GpuLibrary, mode: GpujsMode, fallbackReason: string): Promise<Opened> {
  const gpu = new library.GPU({ mode });
  try {
    addNatives(gpu, mode);
    const probe = await probeKernel(library, gpu);
    const kernels = {
      headlessgl: library.HeadlessGLKernel,
      webgl2: library.WebGL2Kernel,
      webgl: library.WebGLKernel,
      cpu: library.CPUKernel,
    };
    if (probe.kernel.constructor !== kernels[mode]) {
      throw new Error(`gpu.js runs something else (${probe.kernel.fallbackReason ?? 'it gives no reason'})`);
    }
    return describe(library, gpu, mode, probe, fallbackReason);
  } catch (error) {
    await gpu.destroy();
    throw error;
  }
}

/** Runs a kernel whose result shows whether numbers keep all bits of float32. */
async function probeKernel(library: GpuLibrary, gpu: Gpu): Promise<CompiledKernel> {
  const kernel = gpu.createKernel('function kernel(x) { return x[this.thread.x] + 1; }', {
    output: [4],
    argumentTypes: { x: 'Input' },
    functions: [],
    returnType: 'Number',
    precision: 'single',
    tactic: 'precision',
    pipeline: false,
    immutable: true,
    asyncMode: true,
    fixIntegerDivisionAccuracy: false,
    strictIntegers: true,
  });
  const given = Float32Array.of(2 ** -23, 2 ** 24 - 2, -1, 1e30);
  const got = (await kernel(new library.Input(given, [4]))) as Float32Array;
  const expected = given.map((x) => x + 1);
  if (!expected.every((value, i) => got[i] === value)) {
    throw new Error(
      `numbers on this GPU are not float32: ${[...got].join(', ')}, expected ${[...expected].join(', ')}`,
    );
  }
  return kernel;
}

function describe(
  library: GpuLibrary,
  gpu: Gpu,
  mode: GpujsMode,
  probe: CompiledKernel,
  fallbackReason: string,
): Opened {
  const { context, canvas } = probe.kernel;
  const common = { library, gpu, mode, fallbackReason };
  if (mode === 'cpu' || !context) {
    return {
      ...common,
      context: null,
      renderer: 'JavaScript',
      maxTextureSize: 4096,
      mostTexels: mostPositions,
      mostTextures: 15,
      mostResults: 1,
      isLost: () => false,
    };
  }
  let lost = false;
  canvas?.addEventListener?.('webglcontextlost', () => {
    lost = true;
  });
  const maxTextureSize = Number(context.getParameter(context.MAX_TEXTURE_SIZE));
  const drawBuffers = context.MAX_DRAW_BUFFERS ?? context.getExtension('WEBGL_draw_buffers')?.MAX_DRAW_BUFFERS_WEBGL;
  return {
    ...common,
    context,
    renderer: rendererOf(context),
    maxTextureSize,
    // gpu.js makes textures nearly square.
    mostTexels: Math.min(maxTextureSize ** 2, mostPositions),
    // gpu.js makes the texture of a result in unit 15, after it has put the operands into units from 0 on.
    mostTextures: Math.min(Number(context.getParameter(context.MAX_TEXTURE_IMAGE_UNITS)), 16) - 1,
    mostResults: drawBuffers === undefined ? 1 : Number(context.getParameter(drawBuffers)),
    isLost: () => lost || context.isContextLost(),
  };
}

/** The name of the GPU or of the software in its place. */
function rendererOf(context: WebGl): string {
  // Headless GL says "ANGLE" and has no extension that tells more.
  if (context._getParameterDirect) return String(context._getParameterDirect(context.RENDERER));
  const unmasked = context.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL;
  return String(context.getParameter(unmasked ?? context.RENDERER));
}
