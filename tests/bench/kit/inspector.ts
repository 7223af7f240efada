/**
 * Reads the heap size of a running Deno process through V8's inspector, by the Chrome DevTools
 * protocol.
 */

/**
 * Collects garbage and returns the size of the JavaScript heap, in bytes. `used` is the size of all
 * objects, and `committed` is the memory that V8 has reserved for the heap. The process must run
 * with `--inspect=127.0.0.1:<port>`.
 */
export async function heapOf(port: number): Promise<{ used: number; committed: number }> {
  const [target] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const opened = Promise.withResolvers<unknown>();
  socket.onopen = opened.resolve;
  socket.onerror = opened.reject;
  await opened.promise;
  let last = 0;
  const call = async (method: string) => {
    const id = ++last;
    const answer = Promise.withResolvers<Record<string, number>>();
    // Ignores messages without this ID: the inspector sends events on the same socket as the response.
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data as string);
      if (message.id !== id) return;
      if (message.error) answer.reject(new Error(`${method}: ${JSON.stringify(message.error)}`));
      else answer.resolve(message.result);
    };
    socket.send(JSON.stringify({ id, method }));
    return await answer.promise;
  };
  try {
    for (let i = 0; i < 3; i++) await call("HeapProfiler.collectGarbage");
    const { usedSize, totalSize } = await call("Runtime.getHeapUsage");
    return { used: usedSize!, committed: totalSize! };
  } finally {
    socket.close();
  }
}
