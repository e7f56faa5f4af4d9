import { type Backend, type DataArray, type DType, isFloat, smallestNormal } from '@sluice/core';

/** What a backend has stored, all results of all kernels that were called. */
export interface Watch<S> {
  readonly backend: Backend<S>;
  /** Elements seen so far: those below the smallest normal number of their type, zeros, and all. */
  count(): Promise<{ readonly subnormal: number; readonly zero: number; readonly all: number }>;
}

/** A backend, and a count over every array that its kernels make, those of fused kernels included. */
export function watched<S extends { readonly dtype: DType }>(backend: Backend<S>): Watch<S> {
  const counts = { subnormal: 0, zero: 0, all: 0 };
  const pending: Promise<void>[] = [];
  const look = (data: DataArray, dtype: DType) => {
    if (!isFloat(dtype)) return;
    counts.all += data.length;
    for (const value of data) {
      if (value === 0) counts.zero++;
      else if (Math.abs(value) < smallestNormal[dtype]) counts.subnormal++;
    }
  };
  const lookInto = (result: unknown): void => {
    if (typeof result !== 'object' || result === null) return;
    if (!('dtype' in result)) {
      for (const each of Object.values(result)) lookInto(each);
      return;
    }
    const storage = result as S;
    const { dtype } = storage;
    pending.push(backend.download({ storage, shape: [], dtype }).then((data) => look(data, dtype)));
  };
  const watch = <T extends object>(kernels: T): T =>
    new Proxy(kernels, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (name === 'recurrent' || name === 'optimizer') return member && watch(member as object);
        if (typeof member !== 'function' || ['download', 'free', 'supports', 'dispose'].includes(String(name))) {
          return member;
        }
        return (...given: unknown[]) => {
          const result: unknown = member.apply(target, given);
          lookInto(result);
          return result;
        };
      },
    });
  return {
    backend: watch(backend),
    async count() {
      await Promise.all(pending.splice(0));
      return { ...counts };
    },
  };
}
