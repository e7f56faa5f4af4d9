// The block that the calling thread and the workers share: words of int32, then the arguments of the kernel in float64.

/** The number of the call, times 256, plus the next of its parts that nobody has taken. Waiters wait here. */
export const ticketWord = 0;
/** Parts of this call that workers have finished. */
export const doneWord = 1;
/** Parts of this call that have thrown. */
export const failedWord = 2;
/** Which of the module's exports to call. */
export const kernelWord = 3;
export const partsWord = 4;
export const argumentCountWord = 5;
/** 1 once the workers are to end. */
export const stopWord = 6;

export const argumentsByte = 64;
const mostArguments = 24;

/** The most threads that a ticket can tell apart. */
export const mostThreads = 64;

export function createControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(argumentsByte + 8 * mostArguments);
}

/**
 * What a worker runs, as text, for it must work without a file of its own in every bundler and runtime. A part is taken by moving the ticket on: that
 * only succeeds while the call that was read is still the one at hand, because a call ends when all of its parts have been taken and done.
 */
export const workerSource = `
const port = globalThis.postMessage ? globalThis : process.getBuiltinModule('node:worker_threads').parentPort;
port.onmessage = async ({ data: { module, memory, control } }) => {
  let kernels;
  try {
    kernels = Object.values((await WebAssembly.instantiate(module, { env: { memory } })).exports);
  } catch (error) {
    port.postMessage(String(error));
    return;
  }
  const words = new Int32Array(control);
  const values = new Float64Array(control, ${argumentsByte});
  port.postMessage('ready');
  for (;;) {
    const ticket = Atomics.load(words, ${ticketWord});
    if (Atomics.load(words, ${stopWord}) === 1) return;
    const part = ticket & 255;
    const parts = words[${partsWord}];
    if (part >= parts) {
      Atomics.wait(words, ${ticketWord}, ticket);
      continue;
    }
    const kernel = kernels[words[${kernelWord}]];
    const given = values.slice(0, words[${argumentCountWord}]);
    if (Atomics.compareExchange(words, ${ticketWord}, ticket, ticket + 1) !== ticket) continue;
    try {
      kernel(...given, part, parts);
    } catch {
      Atomics.add(words, ${failedWord}, 1);
    }
    Atomics.add(words, ${doneWord}, 1);
    Atomics.notify(words, ${doneWord});
  }
};
`;
