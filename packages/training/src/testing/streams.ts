/** Keeps what is written to it. */
export function fakeStream(terminal: { readonly isTTY?: boolean; readonly columns?: number }) {
  return {
    ...terminal,
    text: '',
    write(text: string) {
      this.text += text;
    },
  };
}
