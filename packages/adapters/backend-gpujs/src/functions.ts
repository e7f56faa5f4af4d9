import type { FunctionSource } from './gpu-js.ts';

// In the JavaScript of gpu.js, which turns it into GLSL. GLSL promises little for its own exp, log, sin and tanh, and drivers differ: these are
// exact to a few units in the last place wherever sums and products are rounded to float32. They hold for NaN and infinities.

/** A function of numbers by the text of its body. */
function define(name: string, parameters: readonly string[], body: string): FunctionSource {
  const argumentTypes = Object.fromEntries(parameters.map((parameter) => [parameter, 'Number']));
  return {
    source: `function ${name}(${parameters.join(', ')}) {\n${body}\n}`,
    settings: { returnType: 'Number', argumentTypes },
  };
}

/** 2^n for whole n from -126 to 127, exact. */
const power2 = define(
  'power2',
  ['n'],
  `let rest = Math.abs(n);
  let y = 1;
  ${[64, 32, 16, 8, 4, 2, 1].map((bit) => `if (rest >= ${bit}) { y = y * (n < 0 ? ${2 ** -bit} : ${2 ** bit}); rest = rest - ${bit}; }`).join('\n')}
  return y;`,
);

// The split of ln 2 is that of S. L. Moshier's Cephes library (expf); the polynomial is (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2.
const reduction = `const n = Math.floor(x * 1.4426950408889634 + 0.5);
  const r = (x - n * 0.693359375) + n * 0.00021219444;
  const p = ((((0.00019944262749049813 * r + 0.0013932674191892147) * r + 0.008333208039402962) * r + 0.04166648909449577) * r + 0.1666666716337204) * r + 0.5;
  const near = p * (r * r) + r;`;

/** e^x. */
const exponential = define(
  'exponential',
  ['x'],
  `if (x > 88.73) { return x * 3e38; }
  if (x < -104.0) { return 0; }
  ${reduction}
  const half = Math.floor(n * 0.5);
  return ((near + 1) * power2(half)) * power2(n - half);`,
);

/** e^x - 1. */
const exponentialLess1 = define(
  'exponentialLess1',
  ['x'],
  `if (x > 88.73) { return x * 3e38; }
  if (x < -30.0) { return -1; }
  ${reduction}
  const half = power2(n - 1);
  return 2 * (half * near + (half - 0.5));`,
);

// FreeBSD's e_logf.c and s_log1pf.c.
/** k ln 2 + ln(1 + f) for sqrt(1/2) < 1 + f < sqrt(2). */
const logarithmNear = define(
  'logarithmNear',
  ['k', 'f'],
  `const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = z * (0.66666662693 + w * 0.28498786688);
  const even = w * (0.40000972152 + w * 0.24279078841);
  const half = 0.5 * f * f;
  const y = s * (half + (odd + even)) + k * 0.0000090580006145;
  return ((y - half) + f) + k * 0.69313812256;`,
);

/** ln x. */
const logarithm = define(
  'logarithm',
  ['x'],
  `if (x < 0) { return Math.sqrt(x); }
  if (x == 0) { return (x - 3e38) * 3e38; }
  if (x > 3.4028234663852886e38) { return x; }
  let k = Math.floor(Math.log2(x));
  const part = Math.floor(k * 0.5);
  let m = (x * power2(-part)) * power2(part - k);
  if (m > 1.4142135) { m = m * 0.5; k = k + 1; }
  if (m > 1.4142135) { m = m * 0.5; k = k + 1; }
  if (m < 0.70710678) { m = m * 2; k = k - 1; }
  return logarithmNear(k, m - 1);`,
);

/** ln(1 + x). */
const logarithmOf1Plus = define(
  'logarithmOf1Plus',
  ['x'],
  `if (x > -0.2928932 && x < 0.41421354) { return logarithmNear(0, x); }
  return logarithm(1 + x);`,
);

/** tanh x. */
const hyperbolicTangent = define(
  'hyperbolicTangent',
  ['x'],
  `const size = Math.abs(x);
  if (size > 15) { return x < 0 ? -1 : 1; }
  const t = exponentialLess1(2 * size);
  const y = t / (t + 2);
  return x < 0 ? -y : y;`,
);

/** 1 / (1 + e^-x). */
const logistic = define(
  'logistic',
  ['x'],
  `const e = exponential(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);`,
);

/** ln(1 + e^x). */
const softPlus = define('softPlus', ['x'], 'return (x > 0 ? x : 0) + logarithmOf1Plus(exponential(-Math.abs(x)));');

/** sin(x + quarters pi / 2): Cephes, sinf and cosf. */
const sine = define(
  'sine',
  ['x', 'quarters'],
  `const n = Math.floor(x * 0.63661977236758134 + 0.5);
  const r = ((x - n * 1.5703125) - n * 0.0004837512969970703) - n * 0.0000000754978995489188;
  const z = r * r;
  const turns = n + quarters;
  const turn = turns - 4 * Math.floor(turns * 0.25);
  let y = ((-0.00019515295891 * z + 0.0083321608736) * z - 0.16666654611) * z * r + r;
  if (turn == 1 || turn == 3) {
    y = ((0.00002443315711809948 * z - 0.001388731625493765) * z + 0.04166664568298827) * z * z - 0.5 * z + 1;
  }
  return turn > 1.5 ? -y : y;`,
);

// W. J. Cody, "Rational Chebyshev approximation for the error function", Math. Comp. 23 (1969).
/** The Gauss error function. */
const errorFunction = define(
  'errorFunction',
  ['x'],
  `const size = Math.abs(x);
  if (size > 6) { return x < 0 ? -1 : 1; }
  if (size <= 0.46875) {
    const z = x * x;
    const top = (((0.18577770618460315 * z + 3.1611237438705655) * z + 113.86415415105016) * z + 377.485237685302) * z + 3209.3775891384694;
    const bottom = (((z + 23.601290952344122) * z + 244.02463793444417) * z + 1282.6165260773723) * z + 2844.236833439171;
    return x * (top / bottom);
  }
  let above = 0.000000021531153547440383 * size + 0.5641884969886701;
  above = (above * size + 8.883149794388377) * size + 66.11919063714163;
  above = (above * size + 298.6351381974001) * size + 881.952221241769;
  above = (above * size + 1712.0476126340707) * size + 2051.0783778260716;
  above = above * size + 1230.3393547979972;
  let below = (size + 15.744926110709835) * size + 117.6939508913125;
  below = (below * size + 537.1811018620099) * size + 1621.3895745666903;
  below = (below * size + 3290.7992357334597) * size + 4362.619090143247;
  below = (below * size + 3439.3676741437216) * size + 1230.3393548037495;
  const rest = exponential(-(x * x)) * (above / below);
  return x < 0 ? rest - 1 : 1 - rest;`,
);

/** x to the power of y, as JavaScript's `**`. */
const power = define(
  'power',
  ['x', 'y'],
  `if (y == 0) { return 1; }
  if (x != x || y != y) { return x + y; }
  if (y == 1) { return x; }
  if (y == 2) { return x * x; }
  if (y == -1) { return 1 / x; }
  const size = Math.abs(x);
  if (size == 1 && Math.abs(y) > 3.4028234663852886e38) { return Math.sqrt(-size); }
  const isWhole = Math.floor(y) == y ? 1 : 0;
  let isOdd = 0;
  if (isWhole == 1 && Math.abs(y) < 16777216 && y - 2 * Math.floor(y * 0.5) == 1) { isOdd = 1; }
  if (x < 0 && isWhole == 0) {
    if (size > 3.4028234663852886e38) { return y > 0 ? size : 0; }
    return Math.sqrt(x);
  }
  const result = exponential(y * logarithm(size));
  if (isOdd == 1 && (x < 0 || (x == 0 && 1 / x < 0))) { return -result; }
  return result;`,
);

const expParts = [power2, exponential];
const logParts = [power2, logarithmNear, logarithm];

/** What a kernel that calls one of these by name needs. */
export const functions = {
  exponential: expParts,
  exponentialLess1: [power2, exponentialLess1],
  logarithm: logParts,
  logarithmOf1Plus: [...logParts, logarithmOf1Plus],
  hyperbolicTangent: [power2, exponentialLess1, hyperbolicTangent],
  logistic: [...expParts, logistic],
  softPlus: [...expParts, logarithmNear, logarithm, logarithmOf1Plus, softPlus],
  sine: [sine],
  errorFunction: [...expParts, errorFunction],
  power: [...expParts, logarithmNear, logarithm, power],
} as const satisfies Record<string, readonly FunctionSource[]>;
