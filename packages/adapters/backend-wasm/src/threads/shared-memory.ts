const importSection = 2;
const memoryImport = 2;
const sharedFlag = 2;

/**
 * The same module, to run on a memory that threads share: in a WebAssembly binary the two differ in one bit of the memory's import. Returns
 * `undefined` for bytes that hold no such import.
 */
export function withSharedMemory(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const bytes = binary.slice();
  let at = 8;
  const readNumber = () => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    return value;
  };
  const skipName = () => {
    const length = readNumber();
    at += length;
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const length = readNumber();
    const end = at + length;
    if (section === importSection && readNumber() > 0) {
      // AssemblyScript puts the memory first.
      skipName();
      skipName();
      if (bytes[at++] !== memoryImport) return undefined;
      bytes[at]! |= sharedFlag;
      return bytes;
    }
    at = end;
  }
  return undefined;
}
