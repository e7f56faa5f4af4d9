/**
 * Resolves in a task of its own, so that timers, input and signals have their turn first. A timer would do, but browsers hold timers of hidden pages
 * back for a second.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
