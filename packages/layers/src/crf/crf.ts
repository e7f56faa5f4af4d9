import {
  add,
  expandAxis,
  gather,
  logSumExp,
  multiply,
  pick,
  reshape,
  select,
  slice,
  subtract,
  sum,
} from '@sluice/autograd';
import {
  checkLengths,
  checkTensor,
  type DataArray,
  type Device,
  type Lengths,
  type Parameter,
  readOptions,
  required,
  type Tensor,
  withPublicNames,
} from '@sluice/core';
import { checkAxes, checkSize } from '../checks.ts';
import { type Initializer, uniform } from '../initializers.ts';
import { makeParameter } from '../make-parameter.ts';
import { Module, type Signature } from '../module.ts';
import { clearEmptyRows, longestOf, stepsOf, stretchOf } from '../recurrent/lengths.ts';
import { splitSteps } from '../recurrent/time-loop.ts';

export interface CRFOptions {
  /** How many tags there are, at least 1. */
  readonly tags: number;
  /** Of all scores. Default uniform on +-0.1. */
  readonly initializer?: Initializer | undefined;
}

export interface CRFInput {
  /** Time steps of each row, from 0 to time; what stands beyond has no effect. Default all. */
  readonly lengths?: Lengths | undefined;
}

/** The learned scores on the host, row-major: what `viterbiDecode` of `@sluice/decoding` takes. */
export interface CRFScores {
  /** [tags * tags] */
  readonly transitions: DataArray;
  /** [tags] */
  readonly start: DataArray;
  /** [tags] */
  readonly end: DataArray;
}

/**
 * A linear-chain conditional random field (Lafferty, McCallum & Pereira 2001): the score of a path of tags y is
 * start[y_1] + sum_t emissions[t, y_t] + sum_t transitions[y_t, y_(t+1)] + end[y_T], and its log-likelihood the score minus the logarithm of the sum of
 * e^score over all paths, found by the forward algorithm (section 3; Rabiner 1989, eq. 19 to 21) in log space.
 *
 * `call` takes emissions [time, batch, tags] of the device's dtype, e.g. a `Linear`'s, and tags [time, batch], int32, and gives the log-likelihood
 * [batch] of each row in nats. A row of length 0 has the only path there is: 0. Memory and work are those of time tensors [batch, tags, tags]. A score of
 * -Infinity forbids a step. The likeliest paths are found by `viterbiDecode` of `@sluice/decoding`, from `scores()`.
 * @example
 * const crf = new CRF(device, { tags: classes });
 * const loss = negate(mean(crf.call(y, targets, { lengths })));
 */
export class CRF extends Module<[emissions: Tensor, tags: Tensor, input?: CRFInput], Tensor> {
  readonly tags: number;
  /** [tags, tags]: from the first to the second. */
  readonly transitions: Parameter;
  /** [tags] */
  readonly start: Parameter;
  /** [tags] */
  readonly end: Parameter;

  /** @throws OptionError for a number of tags below 1. */
  constructor(device: Device, options: CRFOptions) {
    super(device);
    const { tags, initializer } = readOptions('crf', options, { tags: required, initializer: uniform(-0.1, 0.1) });
    checkSize('crf', 'tags', tags);
    this.tags = tags;
    const make = (...shape: number[]) => makeParameter(device, 'crf', 'initializer', shape, initializer);
    [this.transitions, this.start, this.end] = device.attempt(() => [make(tags, tags), make(tags), make(tags)]);
  }

  override get kind(): string {
    return 'CRF';
  }

  protected override get takes(): Signature {
    return ['crf', 'emissions', 'tags', '{ lengths }'];
  }

  /** A copy of the parameters on the host. */
  async scores(): Promise<CRFScores> {
    const [transitions, start, end] = await Promise.all([this.transitions.data(), this.start.data(), this.end.data()]);
    return { transitions, start, end };
  }

  protected override forward(emissions: Tensor, tags: Tensor, input?: CRFInput): Tensor {
    const { lengths } = readOptions('crf', input, { lengths: undefined }, 'input');
    const { device } = this;
    checkTensor('crf', 'emissions', emissions, { device, dtype: this.transitions.dtype });
    checkAxes('crf', 'emissions', emissions, ['time', 'batch', this.tags]);
    const [time, batch] = emissions.shape;
    checkTensor('crf', 'tags', tags, { device, dtype: 'int32', shape: [time!, batch!] });
    if (lengths) checkLengths('crf', lengths, time!, batch!);
    const steps = longestOf(lengths, time!);
    const stretch = stretchOf(this.device, batch!, lengths, 0, steps);
    const cut = (x: Tensor) => stretch.clear(stepsOf(x, stretch));
    if (steps === 0) return this.device.zeros([batch!], emissions.dtype);
    const within = cut(this.device.ones([time!, batch!, 1], 'bool'));
    const path = reshape(cut(expandAxis(tags, -1)), [steps, batch!]);
    const ends = Int32Array.from(
      { length: batch! },
      (_, row) => Math.max(0, (lengths?.[row] ?? time!) - 1) * batch! + row,
    );
    const kept = cut(emissions);
    const score = withPublicNames({ operation: 'crf', names: { indices: 'tags' } }, () =>
      this.#score(kept, path, reshape(within, [steps, batch!]), ends),
    );
    const total = this.#total(splitSteps(kept, steps, batch!), stretch.masks());
    const scores = expandAxis(subtract(score, total), -1);
    return reshape(lengths ? clearEmptyRows(scores, lengths) : scores, [batch!]);
  }

  /** The score [batch] of each row's path. */
  #score(emissions: Tensor, path: Tensor, within: Tensor, ends: Int32Array): Tensor {
    const [steps, batch] = path.shape;
    const emitted = sum(pick(emissions, path), 0);
    const first = reshape(slice(path, 0, { end: 1 }), [batch!]);
    const last = gather(reshape(path, [steps! * batch!]), this.device.tensor(ends));
    const bounds = add(gather(this.start, first), gather(this.end, last));
    const [from, to] = [slice(path, 0, { end: steps! - 1 }), slice(path, 0, { start: 1 })];
    const pairs = gather(reshape(this.transitions, [this.tags ** 2]), add(multiply(from, this.tags), to));
    return add(add(emitted, bounds), sum(select(slice(within, 0, { start: 1 }), pairs, 0), 0));
  }

  /** The logarithm [batch] of the sum of e^score over all paths. */
  #total(emissions: readonly Tensor[], masks: readonly (Tensor | undefined)[] | undefined): Tensor {
    const [first, ...rest] = emissions;
    let forward = add(first!, this.start);
    rest.forEach((emission, k) => {
      forward = this.device.scope(() => {
        const reached = logSumExp(add(expandAxis(forward, 2), this.transitions), 1);
        const next = add(reached, emission);
        const mask = masks?.[k + 1];
        return mask ? select(mask, next, forward) : next;
      });
    });
    return logSumExp(add(forward, this.end), 1);
  }
}
