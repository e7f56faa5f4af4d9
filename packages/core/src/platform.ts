// Declared here and not taken from the DOM or Node, so that declarations compile where neither is.

/** What is used of an `AbortSignal`; every one fits. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What is used of a `URL`; every one fits. */
export interface URLLike {
  readonly href: string;
}
