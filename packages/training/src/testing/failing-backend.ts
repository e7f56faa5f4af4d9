import { type Backend, BackendError } from '@sluice/core';

/** Calls that give a storage or read one are counted; no others. */
const uncounted = new Set(['supports', 'free', 'dispose', 'download']);

export interface FailingBackend {
  readonly backend: Backend;
  /** The calls from this one on fail, counted from 0. Infinity at first. */
  failsAt: number;
  /** Calls since it was last set to 0. */
  calls: number;
}

/** A backend whose memory runs out at a given call. */
export function failingBackend(inner: Backend): FailingBackend {
  const count = (target: object): object =>
    new Proxy(Object.create(target) as object, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value === 'object' && value !== null && name === 'optimizer') return count(value);
        if (typeof value !== 'function' || uncounted.has(String(name))) return value;
        return (...args: unknown[]) => {
          if (failing.calls++ >= failing.failsAt) throw new BackendError('no memory is left');
          return value.apply(target, args);
        };
      },
    });
  const failing: FailingBackend = { backend: count(inner) as Backend, failsAt: Number.POSITIVE_INFINITY, calls: 0 };
  return failing;
}
