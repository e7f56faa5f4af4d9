import {
  type Backend,
  formatShape,
  type Operand,
  type SequenceGradients,
  type SequenceInputs,
  type SequenceOptions,
} from '@sluice/core';
import { type CheckContext, demand } from './check.ts';
import { ConformanceError, compareData } from './compare.ts';
import type { FusedKernel } from './fused-kernels.ts';
import { recycle, upload } from './run-case.ts';
import { garbage, type HostArray } from './values.ts';

/** A sequence through a fused kernel. */
export interface SequenceCase {
  readonly kernel: FusedKernel;
  readonly hiddenSize: number;
  readonly options: SequenceOptions;
  readonly inputs: Inputs<HostArray>;
  /** Of the results; absent for a run forward alone, with nothing saved. */
  readonly gradients?: Gradients<HostArray> | undefined;
  /** Whether `backward` runs once before the run that counts, from the same `saved`. Default false. */
  readonly twice?: boolean | undefined;
}

interface Inputs<T> {
  readonly projected: T;
  readonly weight: T;
  readonly resetBias?: T | undefined;
  readonly projection?: T | undefined;
  readonly states: readonly T[];
}

interface Gradients<T> {
  readonly output: T;
  readonly states: readonly T[];
}

/** Times that errors may be larger than those of one kernel: they add up over steps and rows. */
const slack = 10;

type Named<T> = Record<string, T>;

/**
 * Runs a sequence on the backend and on the reference. What went in is freed, and its memory used again, before the results are read.
 * @throws ConformanceError when a result differs, an operand was changed, or `saved` is there or not against what was asked for
 */
export async function runSequence({ backend, reference, tolerances }: CheckContext, one: SequenceCase): Promise<void> {
  const label = describe(one);
  const expected = await evaluate(reference, one, label);
  const got = await evaluate(backend, one, label);
  const loose = { float32: slack * tolerances.float32, float64: slack * tolerances.float64 };
  for (const [name, { data, shape, dtype }] of Object.entries(expected)) {
    const result = `${label}: ${name} ${formatShape(shape)}`;
    compareData(got[name]!.data, data, loose, { label: result, shape, dtype, precision: 'rounded' });
  }
}

/** The results of a sequence on one backend. */
export async function evaluate<S>(backend: Backend<S>, one: SequenceCase, label: string): Promise<Named<HostArray>> {
  const { projected, weight, resetBias, projection, states } = one.inputs;
  recycle(backend, projected.data.length, projected.dtype);
  const uploaded: [HostArray, Operand<S>][] = [];
  const put = (host: HostArray) => {
    const operand = upload(backend, host);
    uploaded.push([host, operand]);
    return operand;
  };
  const inputs: SequenceInputs<S> = {
    projected: put(projected),
    weight: put(weight),
    states: states.map(put),
    ...(resetBias && { resetBias: put(resetBias) }),
    ...(projection && { projection: put(projection) }),
  };
  const gradients = one.gradients && { output: put(one.gradients.output), states: one.gradients.states.map(put) };
  const results = run(backend, one, inputs, gradients, label);
  for (const [name, { storage }] of Object.entries(results)) {
    demand(storage !== undefined, `${label}: there is no ${name}`);
  }
  const storages = new Set(Object.values(results).map(({ storage }) => storage));
  demand(storages.size === Object.keys(results).length, `${label}: two results are one storage, expected new ones`);
  for (const [{ data, shape, dtype }, operand] of uploaded) {
    const how = { label: `${label}: an operand after the call`, shape, dtype, precision: 'bits' } as const;
    compareData(await backend.download(operand), data, { float32: 0, float64: 0 }, how);
  }
  for (const [, { storage }] of uploaded) backend.free(storage);
  const others = uploaded.map(([{ data, dtype }]) => backend.upload(garbage(dtype, data.length), dtype));
  const read: Named<HostArray> = {};
  for (const [name, { storage, ...rest }] of Object.entries(results)) {
    read[name] = { ...rest, data: await backend.download({ ...rest, storage }) };
    backend.free(storage);
  }
  for (const storage of others) backend.free(storage);
  return read;
}

/** All that comes out, by name. */
function run<S>(
  backend: Backend<S>,
  { kernel, hiddenSize, options, twice }: SequenceCase,
  inputs: SequenceInputs<S>,
  gradients: Gradients<Operand<S>> | undefined,
  label: string,
): Named<Operand<S>> {
  const { recurrent } = backend;
  demand(recurrent !== undefined, `${label}: the backend has no \`recurrent\``);
  const { projected, weight, resetBias, projection, states } = inputs;
  const [time] = projected.shape;
  const like = (storage: S, { shape, dtype }: Operand<S>): Operand<S> => ({ storage, shape, dtype });
  const statesLike = (name: string, storages: readonly S[]): Named<Operand<S>> =>
    Object.fromEntries(states.map((state, i) => [`${name}states[${i}]`, like(storages[i]!, state)]));
  try {
    const save = gradients !== undefined;
    const cell = kernel.cell(hiddenSize);
    const { output, states: last, saved } = recurrent.forward(cell, inputs, { ...options, save });
    demand(
      (saved !== undefined) === save,
      `${label}: \`saved\` is ${saved === undefined ? 'undefined' : 'there'} although \`save\` was ${save}`,
    );
    const forward = {
      output: { storage: output, shape: [time!, ...states[0]!.shape], dtype: kernel.dtype },
      ...statesLike('last ', last),
    };
    if (saved === undefined || gradients === undefined) return forward;
    if (twice) freeAll(backend, recurrent.backward(cell, inputs, saved, gradients, options));
    const back = recurrent.backward(cell, inputs, saved, gradients, options);
    backend.free(saved);
    return {
      ...forward,
      'gradient of projected': like(back.projected, projected),
      'gradient of weight': like(back.weight, weight),
      ...(resetBias && { 'gradient of resetBias': like(back.resetBias as S, resetBias) }),
      ...(projection && { 'gradient of projection': like(back.projection as S, projection) }),
      ...statesLike('gradient of ', back.states),
    };
  } catch (error) {
    if (error instanceof ConformanceError) throw error;
    throw new ConformanceError(`${label}: threw ${String(error)}`, { cause: error });
  }
}

function freeAll<S>(backend: Backend<S>, { states, ...others }: SequenceGradients<S>): void {
  for (const storage of [...states, ...Object.values<S | undefined>(others)]) {
    if (storage !== undefined) backend.free(storage);
  }
}

function describe({ kernel, inputs, gradients, options }: SequenceCase): string {
  const { projected, weight, states, resetBias, projection } = inputs;
  const parts = [
    `recurrent.${gradients ? 'backward' : 'forward'} ${kernel.name}`,
    ...(options.reverse ? ['reverse'] : []),
    ...(options.lengths ? [`lengths ${formatShape(options.lengths)}`] : []),
    `projected ${formatShape(projected.shape)}`,
    `weight ${formatShape(weight.shape)}`,
    ...(resetBias ? [`resetBias ${formatShape(resetBias.shape)}`] : []),
    ...(projection ? [`projection ${formatShape(projection.shape)}`] : []),
    `states ${states.map(({ shape }) => formatShape(shape)).join(' and ')}`,
  ];
  return parts.join(', ');
}
