interface Page {
  readonly navigator: { readonly userAgent: string };
  readonly crossOriginIsolated: boolean;
  readonly HTMLCanvasElement: CanvasClass;
  readonly document: PageDocument;
}

/** What the tests ask of the page; the types of the DOM would be those of the whole workspace. */
export const { navigator, crossOriginIsolated, document, HTMLCanvasElement } = globalThis as unknown as Page;

interface PageDocument {
  readonly body: { append(element: Frame): void };
  createElement(name: 'iframe'): Frame;
  querySelectorAll(selector: 'canvas'): Iterable<Canvas>;
}

interface Frame {
  srcdoc: string;
  onload: () => void;
  readonly contentDocument: PageDocument;
  readonly contentWindow: { readonly performance: { getEntriesByType(type: 'resource'): readonly unknown[] } };
  remove(): void;
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  };
}

interface CanvasClass {
  readonly prototype: { getContext(...values: unknown[]): unknown };
}
