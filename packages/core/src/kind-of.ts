/**
 * What a value is, as a phrase of a message that follows `is`: `undefined`, `a number`, `a promise (await it)`, `of class Map`.
 */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (isPromise(value)) return 'a promise (await it)';
  const name = (value.constructor as { readonly name?: unknown } | undefined)?.name;
  return name === undefined || name === 'Object' ? 'an object' : `of class ${name}`;
}

/** Whether it can be awaited. One that is a `Promise` is then taken as seen to: its rejection would end the process. */
export function isPromise(value: unknown): boolean {
  if (typeof (value as PromiseLike<unknown> | null | undefined)?.then !== 'function') return false;
  if (value instanceof Promise) value.catch(() => {});
  return true;
}
