/** The watches through the proxy: each can be cut, silenced, stripped of events or expired. */
import { statusText } from "./fault.ts";

/** How a watch passes the server's events. */
export type WatchMode =
  | "pass"
  /** Each event is sent twice. */
  | "repeat"
  /** Events and bookmarks are lost; a correct server would then end the watch with 410. */
  | "lose"
  /** Events are held until the mode changes to `pass`. */
  | "silent";

/** One open watch. */
export class OpenWatch {
  /** The watched resource: `configmaps`, `deployments.apps`. */
  readonly kind: string;
  /** Path and query without the resourceVersion, which identify the watched objects. */
  readonly what: string;
  /** Name of the client. */
  readonly client: string;
  /** The client's side. */
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when either side has ended the watch. */
  readonly ended: Promise<void>;
  #mode: WatchMode = "pass";
  #kept: string[] = [];
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #over = false;
  readonly #end: () => void;
  readonly #abort: () => void;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  /** Reads `source` line by line; `abort` ends the server's side. */
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

  /** Changes the mode; held events are sent once the mode passes events. */
  set mode(mode: WatchMode) {
    this.#mode = mode;
    if (mode === "silent" || mode === "lose") return;
    for (const line of this.#kept.splice(0)) this.#send(line);
  }

  /** Ends the watch as the server's timeout does. */
  close(): void {
    this.#finish(() => this.#controller.close());
  }

  /** Breaks the watch, possibly within a line. */
  cut(): void {
    this.#finish(() => this.#controller.error(new Error("cut")));
  }

  /** Ends the watch with an ERROR event: the resourceVersion has expired. */
  expire(): void {
    const object = statusText({
      code: 410,
      reason: "Expired",
      message: "too old resource version",
    });
    this.#write(`{"type":"ERROR","object":${object}}\n`);
    this.close();
  }

  /** Sends a line that does not come from the server. */
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
    // The signal of fetch does not reliably end a read: with several open streams, Deno misses it.
    void this.#reader.cancel().catch(() => {});
    this.#end();
  }
}
