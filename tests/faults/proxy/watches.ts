/** The watches that go through the proxy: each can be cut, silenced, robbed of events or made to expire. */
import { statusText } from "./fault.ts";

/** How a watch treats what the server sends. */
export type WatchMode =
  | "pass"
  /** Every event twice. */
  | "repeat"
  /** Events and bookmarks are gone for good; an honest server then has to end it with 410. */
  | "lose"
  /** Kept back until it passes again. */
  | "silent";

/** One open watch. */
export class OpenWatch {
  /** What is watched, `configmaps`, `deployments.apps`. */
  readonly kind: string;
  /** Path and query without the position: what of the kind is watched. */
  readonly what: string;
  /** Whose it is. */
  readonly client: string;
  /** The client's end. */
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when it is over, whoever ended it. */
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

  /** Changes the mode; what was kept back comes when it passes again. */
  set mode(mode: WatchMode) {
    this.#mode = mode;
    if (mode === "silent" || mode === "lose") return;
    for (const line of this.#kept.splice(0)) this.#send(line);
  }

  /** Ends as at the server's timeout. */
  close(): void {
    this.#finish(() => this.#controller.close());
  }

  /** Breaks off, in the middle of whatever it was. */
  cut(): void {
    this.#finish(() => this.#controller.error(new Error("cut")));
  }

  /** Ends with an ERROR event: the position has expired. */
  expire(): void {
    const object = statusText({
      code: 410,
      reason: "Expired",
      message: "too old resource version",
    });
    this.#write(`{"type":"ERROR","object":${object}}\n`);
    this.close();
  }

  /** Sends a line that the server did not. */
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
    // The signal given to fetch does not end a read for sure: with several streams open, Deno loses it.
    void this.#reader.cancel().catch(() => {});
    this.#end();
  }
}
