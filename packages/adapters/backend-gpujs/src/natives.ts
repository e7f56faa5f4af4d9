import type { Gpu, GpujsMode } from './gpu-js.ts';

interface Native {
  readonly name: string;
  readonly arguments: Readonly<Record<string, 'Integer' | 'Number'>>;
  readonly returnType: 'Integer' | 'Number';
  /** The body in GLSL ES 1.00, and in JavaScript for mode cpu. */
  readonly glsl: string;
  readonly js: string;
}

const halves = { ah: 'Number', al: 'Number', bh: 'Number', bl: 'Number', plane: 'Number' } as const;

// Half `plane` of an int, whose lower half counts from 0.
const half = (value: string) =>
  `int v = ${value}; int high = v / 65536; int low = v - high * 65536; if (low < 0) { low += 65536; high -= 1; } ` +
  'return plane == 0.0 ? float(high) : float(low);';
const halfInJs = (value: string) => `const v = ${value}; return plane === 0 ? v >> 16 : v & 65535;`;

/**
 * What needs whole numbers of 32 bits: gpu.js makes every variable of a kernel a float. `quotient` is for positions, the others are products and
 * quotients of an int32 that is given by its halves; GLSL's wrap as JavaScript's do.
 */
const natives: readonly Native[] = [
  {
    name: 'quotient',
    arguments: { a: 'Integer', b: 'Integer' },
    returnType: 'Integer',
    glsl: 'return a / b;',
    js: 'return Math.trunc(a / b);',
  },
  {
    name: 'intMultiply',
    arguments: halves,
    returnType: 'Number',
    glsl: half('(int(ah) * 65536 + int(al)) * (int(bh) * 65536 + int(bl))'),
    js: halfInJs('Math.imul(ah * 65536 + al, bh * 65536 + bl)'),
  },
  {
    name: 'intDivide',
    arguments: halves,
    returnType: 'Number',
    // -2^31 / -1 is not defined in GLSL; with b = -1 the quotient is the negative, which wraps.
    glsl: `int a = int(ah) * 65536 + int(al); int b = int(bh) * 65536 + int(bl); ${half('b == 0 ? 0 : (b == -1 ? 0 - a : a / b)')}`,
    js: halfInJs('((ah * 65536 + al) / (bh * 65536 + bl)) | 0'),
  },
];

/**
 * How a kernel reads a texture, in place of gpu.js's own way, which takes a position apart by divisions of whole numbers, several for each number read. Textures
 * that a kernel made are a power of two wide, so that all of this is exact. Where gpu.js does not know these names any more its own way is as right.
 */
function reads(mode: GpujsMode): string {
  const read = mode === 'webgl2' ? 'texture' : 'texture2D';
  return `
vec4 readTexel(sampler2D texels, ivec2 size, int position) {
  vec2 scale = 1.0 / vec2(size);
  float place = float(position);
  float row = floor(place * scale.x);
  return ${read}(texels, vec2((place - row * float(size.x) + 0.5) * scale.x, (row + 0.5) * scale.y));
}
#define getFloatFromSampler2D(texels, size, dimensions, k, j, i) readTexel(texels, size, i).r
#define getVec2FromSampler2D(texels, size, dimensions, k, j, i) readTexel(texels, size, i).rg
#define getVec4FromSampler2D(texels, size, dimensions, k, j, i) readTexel(texels, size, i)
#define indexTo3D(position, dimensions) ivec3(position, 0, 0)
`;
}

/** Makes the native functions known to every kernel. */
export function addNatives(gpu: Gpu, mode: GpujsMode): void {
  if (mode !== 'cpu') gpu.injectNative(reads(mode));
  for (const native of natives) {
    const names = Object.entries(native.arguments);
    const type = (kind: 'Integer' | 'Number') => (kind === 'Integer' ? 'int' : 'float');
    const source =
      mode === 'cpu'
        ? `function ${native.name}(${names.map(([name]) => name).join(', ')}) { ${native.js} }`
        : `${type(native.returnType)} ${native.name}(${names.map(([name, kind]) => `${type(kind)} ${name}`).join(', ')}) { ${native.glsl} }`;
    gpu.addNativeFunction(native.name, source, { returnType: native.returnType, argumentTypes: native.arguments });
  }
}
