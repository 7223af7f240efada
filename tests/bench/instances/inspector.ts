/** Asks a running Deno process through V8's inspector: for its heap after garbage collection. */

/** A connection to the inspector of one process. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Record<string, unknown>) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data as string);
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    };
  }

  /** Connects to the process that was started with `--inspect=127.0.0.1:<port>`. */
  static async connect(port: number): Promise<Inspector> {
    const [target] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return new Inspector(socket);
  }

  /** One command of the Chrome DevTools protocol. */
  async call(
    method: string,
    params: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const answer = new Promise<Record<string, unknown>>((resolve) =>
      this.#waiting.set(id, resolve)
    );
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as Record<string, unknown>;
  }

  /** Bytes of the JavaScript heap after garbage collection: in use, and taken from the system for it. */
  async heap(): Promise<{ used: number; committed: number }> {
    for (let i = 0; i < 3; i++) await this.call("HeapProfiler.collectGarbage");
    const { usedSize, totalSize } = await this.call("Runtime.getHeapUsage") as {
      usedSize: number;
      totalSize: number;
    };
    return { used: usedSize, committed: totalSize };
  }

  /** Ends the connection. */
  close(): void {
    this.#socket.close();
  }
}
