/** Keeps what is written to it. */
export function fakeStream(terminal: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }) {
  return {
    ...terminal,
    text: '',
    write(text: string) {
      this.text += text;
    },
  };
}
