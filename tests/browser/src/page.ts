interface Page {
  readonly navigator: { readonly userAgent: string };
  readonly crossOriginIsolated: boolean;
  readonly HTMLCanvasElement: CanvasClass;
}

/** What the tests ask of the page; the types of the DOM would be those of the whole workspace. */
export const { navigator, crossOriginIsolated, HTMLCanvasElement } = globalThis as unknown as Page;

interface CanvasClass {
  readonly prototype: { getContext(...values: unknown[]): unknown };
}
