/**
 * A watch through the fault proxy. While the watch is open, a test can break it, silence it, drop its events
 * or let it expire.
 */
import { statusText } from "./fault.ts";

/**
 * What the proxy does with the events that the API server sends on a watch. With `pass`, the proxy passes
 * them to the client.
 */
export type WatchMode =
  | "pass"
  /** The proxy sends each event twice. */
  | "repeat"
  /**
   * The proxy drops events and bookmarks. A correct API server never drops events: it ends the
   * watch with status 410 instead.
   */
  | "lose"
  /** The proxy keeps the events until the mode changes to `pass`, and then sends them. */
  | "silent";

/** One open watch of a client through the fault proxy. */
export class OpenWatch {
  /** The watched resource, such as `configmaps` or `deployments.apps`. */
  readonly kind: string;
  /**
   * The path and query of the watch request, without `resourceVersion` and `timeoutSeconds`. Two watches of
   * the same objects have the same value of `what`.
   */
  readonly what: string;
  /** The name of the client that opened the watch. */
  readonly client: string;
  /** The response body that the proxy sends to the client. */
  readonly body: ReadableStream<Uint8Array>;
  /** A promise that resolves when the client or the API server has ended the watch. */
  readonly ended: Promise<void>;
  #mode: WatchMode = "pass";
  #kept: string[] = [];
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #over = false;
  readonly #end: () => void;
  readonly #abort: () => void;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  /**
   * Reads the API server's events from `source` line by line. `abort` ends the connection to the
   * API server.
   */
  constructor(
    of: { kind: string; what: string; client: string; mode: WatchMode },
    source: ReadableStream<Uint8Array>,
    abort: () => void,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#abort = abort;
    this.kind = of.kind;
    this.what = of.what;
    this.client = of.client;
    this.#mode = of.mode;
    this.body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => this.#finish(() => {}),
    });
    this.#reader = source.getReader();
    void this.#pump();
  }

  /**
   * Changes what the proxy does with the events of this watch. If the new mode passes events, the proxy first
   * sends the events that it has kept in the mode `silent`.
   */
  set mode(mode: WatchMode) {
    this.#mode = mode;
    if (mode === "silent" || mode === "lose") return;
    for (const line of this.#kept.splice(0)) this.#send(line);
  }

  /** Ends the watch without an error, as the API server does when a watch reaches its timeout. */
  close(): void {
    this.#finish(() => this.#controller.close());
  }

  /** Breaks the client's connection, possibly in the middle of an event. */
  cut(): void {
    this.#finish(() => this.#controller.error(new Error("cut")));
  }

  /** Ends the watch with an ERROR event which reports that the resourceVersion has expired. */
  expire(): void {
    const object = statusText({
      code: 410,
      reason: "Expired",
      message: "too old resource version",
    });
    this.#write(`{"type":"ERROR","object":${object}}\n`);
    this.close();
  }

  /** Sends the client a line that the API server has not sent. */
  inject(line: string): void {
    this.#write(`${line}\n`);
  }

  async #pump(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for (;;) {
        const { value, done } = await this.#reader.read();
        if (done) break;
        const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.#take(line);
      }
      this.close();
    } catch {
      this.cut();
    }
  }

  #take(line: string): void {
    if (this.#mode === "lose") return;
    if (this.#mode === "silent") this.#kept.push(line);
    else this.#send(line);
  }

  #send(line: string): void {
    this.#write(`${line}\n`.repeat(this.#mode === "repeat" ? 2 : 1));
  }

  #write(text: string): void {
    if (!this.#over) this.#controller.enqueue(new TextEncoder().encode(text));
  }

  #finish(how: () => void): void {
    if (this.#over) return;
    this.#over = true;
    how();
    this.#abort();
    // Cancels the reader in addition to the request, because Deno may miss the abort signal of a fetch when
    // several streams are open.
    void this.#reader.cancel().catch(() => {});
    this.#end();
  }
}
