interface Page {
  readonly navigator: { readonly userAgent: string };
  readonly crossOriginIsolated: boolean;
}

/** What the tests ask of the page; the types of the DOM would be those of the whole workspace. */
export const { navigator, crossOriginIsolated } = globalThis as unknown as Page;
