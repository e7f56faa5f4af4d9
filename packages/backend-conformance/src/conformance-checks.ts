import { binaryChecks, compareChecks, selectChecks } from './checks/binary.ts';
import { carouselChecks } from './checks/carousel.ts';
import { castChecks } from './checks/cast.ts';
import { copyChecks } from './checks/copies.ts';
import { deviceChecks } from './checks/device.ts';
import { gatherAdjointChecks, gatherChecks, indexErrorChecks, scatterAddChecks } from './checks/gather.ts';
import { largeChecks } from './checks/large.ts';
import { matMulChecks } from './checks/mat-mul.ts';
import {
  adjointChecks,
  concatChecks,
  operandShapeChecks,
  padChecks,
  sliceChecks,
  transposeChecks,
} from './checks/movement.ts';
import { optimizerChecks } from './checks/optimizer.ts';
import { randomChecks } from './checks/random.ts';
import { rankChecks } from './checks/ranks.ts';
import { recurrentChecks } from './checks/recurrent.ts';
import { argReduceChecks, cumulativeSumChecks, reduceChecks } from './checks/reduce.ts';
import { storageChecks } from './checks/storage.ts';
import { unaryChecks } from './checks/unary.ts';
import type { ConformanceCheck } from './kit/check.ts';

/** Every demand of the contract, for runners other than vitest; see `createCheckContext`. */
export const conformanceChecks: readonly ConformanceCheck[] = [
  ...storageChecks,
  ...castChecks,
  ...unaryChecks,
  ...binaryChecks,
  ...compareChecks,
  ...selectChecks,
  ...reduceChecks,
  ...argReduceChecks,
  ...cumulativeSumChecks,
  ...matMulChecks,
  ...sliceChecks,
  ...padChecks,
  ...adjointChecks,
  ...concatChecks,
  ...transposeChecks,
  ...operandShapeChecks,
  ...gatherChecks,
  ...scatterAddChecks,
  ...gatherAdjointChecks,
  ...indexErrorChecks,
  ...rankChecks,
  ...copyChecks,
  ...largeChecks,
  ...deviceChecks,
  ...carouselChecks,
  ...optimizerChecks,
  ...randomChecks,
  ...recurrentChecks,
];
