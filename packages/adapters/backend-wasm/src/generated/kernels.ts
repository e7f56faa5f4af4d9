// Made by assembly/build.mjs.

/** SHA-256 of the sources that the binaries were made of. */
export const sourceHash = '019b64b71041842069c51d2e3200d17584366f2b82bc7e1d8290bbf300d643a1';

/** The functions of the module, by their number of arguments. */
export type Kernels = Readonly<
  Record<
    | 'adamAddress'
    | 'heapBase'
    | 'rowsAddress'
    | 'sequenceAddress',
    () => number
  > &
  Record<
    | 'gruAfterBackwardF32'
    | 'gruAfterForwardF32'
    | 'gruBeforeBackwardF32'
    | 'gruBeforeForwardF32'
    | 'lstmBackwardF32'
    | 'lstmForwardF32'
    | 'rnnReluBackwardF32'
    | 'rnnReluForwardF32'
    | 'rnnTanhBackwardF32'
    | 'rnnTanhForwardF32'
    | 'sequenceWeightGradient',
    (a: number, b: number) => number
  > &
  Record<
    | 'absF32'
    | 'absF64'
    | 'absI32'
    | 'addF32'
    | 'addF64'
    | 'addI32'
    | 'castF32F64'
    | 'castF32I32'
    | 'castF32U8'
    | 'castF64F32'
    | 'castF64I32'
    | 'castF64U8'
    | 'castI32F32'
    | 'castI32F64'
    | 'castI32U8'
    | 'castU8F32'
    | 'castU8F64'
    | 'castU8I32'
    | 'ceilF32'
    | 'ceilF64'
    | 'cosF32'
    | 'cosF64'
    | 'divideF32'
    | 'divideF64'
    | 'divideI32'
    | 'equalF32'
    | 'equalF64'
    | 'equalI32'
    | 'erfF32'
    | 'erfF64'
    | 'expF32'
    | 'expF64'
    | 'expm1F32'
    | 'expm1F64'
    | 'findOutside'
    | 'floorF32'
    | 'floorF64'
    | 'flushF32'
    | 'flushF64'
    | 'lessEqualF32'
    | 'lessEqualF64'
    | 'lessEqualI32'
    | 'lessF32'
    | 'lessF64'
    | 'lessI32'
    | 'log1pF32'
    | 'log1pF64'
    | 'logF32'
    | 'logF64'
    | 'maximumF32'
    | 'maximumF64'
    | 'maximumI32'
    | 'minimumF32'
    | 'minimumF64'
    | 'minimumI32'
    | 'multiplyF32'
    | 'multiplyF64'
    | 'multiplyI32'
    | 'negateF32'
    | 'negateF64'
    | 'negateI32'
    | 'notEqualF32'
    | 'notEqualF64'
    | 'notEqualI32'
    | 'powerF32'
    | 'powerF64'
    | 'reluF32'
    | 'reluF64'
    | 'roundF32'
    | 'roundF64'
    | 'sigmoidF32'
    | 'sigmoidF64'
    | 'signF32'
    | 'signF64'
    | 'signI32'
    | 'sinF32'
    | 'sinF64'
    | 'softplusF32'
    | 'softplusF64'
    | 'sqrtF32'
    | 'sqrtF64'
    | 'subtractF32'
    | 'subtractF64'
    | 'subtractI32'
    | 'tanhF32'
    | 'tanhF64',
    (a: number, b: number, c: number) => number
  > &
  Record<
    | 'matMulScratch'
    | 'maxRunsF32'
    | 'maxRunsF64'
    | 'maxRunsI32'
    | 'minRunsF32'
    | 'minRunsF64'
    | 'minRunsI32'
    | 'select32'
    | 'select64'
    | 'select8'
    | 'sequenceScratch'
    | 'squaresF32'
    | 'sumRunsF32'
    | 'sumRunsF64'
    | 'sumRunsI32',
    (a: number, b: number, c: number, d: number) => number
  > &
  Record<
    | 'argMaxF32'
    | 'argMaxF64'
    | 'argMaxI32'
    | 'argMinF32'
    | 'argMinF64'
    | 'argMinI32'
    | 'copySteps32'
    | 'copySteps64'
    | 'copySteps8'
    | 'maxRowsF32'
    | 'maxRowsF64'
    | 'maxRowsI32'
    | 'minRowsF32'
    | 'minRowsF64'
    | 'minRowsI32'
    | 'sumRowsF32'
    | 'sumRowsF64'
    | 'sumRowsI32',
    (a: number, b: number, c: number, d: number, e: number) => number
  > &
  Record<
    | 'copyRuns'
    | 'copyTurned32'
    | 'copyTurned64'
    | 'copyTurned8'
    | 'cumulativeSumF32'
    | 'cumulativeSumF64'
    | 'cumulativeSumI32',
    (a: number, b: number, c: number, d: number, e: number, f: number) => number
  > &
  Record<
    | 'gather'
    | 'scatterAddF32'
    | 'scatterAddF64'
    | 'scatterAddI32',
    (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => number
  > &
  Record<
    | 'adamF32'
    | 'dropoutMask',
    (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number) => number
  > &
  Record<
    | 'matMulF32'
    | 'matMulF64',
    (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number) => number
  >
>;
