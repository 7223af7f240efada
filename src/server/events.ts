/**
 * Streams the changes of the states of graphs and instances as server-sent events. A client resumes with the
 * header Last-Event-ID, as the HTML standard defines (section 9.2).
 */
import type { Change, ControllerView } from "../controller/mod.ts";
import { eventFrame, KEEP_ALIVE } from "./frame.ts";
import { problem } from "./problem.ts";

/** The limits on event streams. */
export interface StreamLimits {
  /** The maximum number of open streams; 200 by default. */
  streams: number;
  /**
   * The number of past events that are kept; 1,000 by default. A client can resume after any kept event. A
   * stream ends when its client is so slow that the next event of the stream has been dropped.
   */
  kept: number;
  /**
   * The interval at which kro sends a comment to each stream without events, in milliseconds; 10,000 by
   * default. The comments keep the connections open.
   */
  keepAliveMs: number;
}

const LIMITS: StreamLimits = { streams: 200, kept: 1000, keepAliveMs: 10_000 };

/** One open stream. */
interface Stream {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** The sequence number of the last event that was sent to the client. */
  sent: number;
  /** Ends the wait for the next event; absent while the stream is not waiting. */
  wake?: () => void;
}

/**
 * The streams of one endpoint. Before the first stream is opened, the object has no subscription and stores
 * no event. All streams share one buffer of past events, and a stream stores only its position in the buffer.
 */
export class EventStreams {
  readonly #view: Pick<ControllerView, "subscribe">;
  readonly #limits: StreamLimits;
  readonly #open = new Set<Stream>();
  /** The past events, the oldest first. */
  readonly #kept: Uint8Array<ArrayBuffer>[] = [];
  /** The prefix of all event ids, which changes with each start of kro. */
  readonly #epoch = crypto.randomUUID().slice(0, 8);
  /** The number of events so far. */
  #count = 0;
  #isSubscribed = false;
  #timer?: ReturnType<typeof setInterval>;

  /**
   * Creates the object without any stream. Streams that are opened later send the changes that `view`
   * reports.
   */
  constructor(view: Pick<ControllerView, "subscribe">, limits: Partial<StreamLimits> = {}) {
    this.#view = view;
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * Returns a response with a new stream. If kro was restarted since the event `lastId`, or no longer keeps
   * the events after it, the stream starts with an event `reset`. The client must then read all lists again.
   *
   * @param lastId The header Last-Event-ID; undefined if the request lacks the header.
   */
  open(lastId: string | undefined): Response {
    const { streams, keepAliveMs } = this.#limits;
    if (this.#open.size >= streams) {
      return problem(
        503,
        `${streams} event streams are open, which is the maximum; close one of them`,
      );
    }
    this.#subscribe();
    this.#timer ??= setInterval(() => this.#wakeAll(), keepAliveMs);
    let stream: Stream;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        stream = { controller, sent: this.#resumed(lastId) ?? this.#count };
        this.#open.add(stream);
        if (this.#resumed(lastId) !== undefined) return;
        const type = lastId === undefined ? "open" : "reset";
        controller.enqueue(eventFrame(`${this.#epoch}-${this.#count}`, type, {}));
      },
      pull: () => this.#pull(stream),
      cancel: () => this.#close(stream),
    }, new CountQueuingStrategy({ highWaterMark: 0 }));
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  /** The number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  #subscribe(): void {
    if (this.#isSubscribed) return;
    this.#isSubscribed = true;
    this.#view.subscribe((change) => this.#changed(change));
  }

  #changed({ type, ...data }: Change): void {
    this.#kept.push(eventFrame(`${this.#epoch}-${++this.#count}`, type, data));
    if (this.#kept.length > this.#limits.kept) this.#kept.shift();
    for (const stream of this.#open) {
      if (this.#count - stream.sent <= this.#kept.length) continue;
      this.#close(stream);
      stream.controller.error();
    }
    this.#wakeAll();
  }

  /** Sends all events that a stream has not sent yet, or waits for the next event. */
  async #pull(stream: Stream): Promise<void> {
    if (stream.sent === this.#count) {
      await new Promise<void>((resolve) => stream.wake = resolve);
      stream.wake = undefined;
      if (!this.#open.has(stream)) return;
    }
    const missed = this.#count - stream.sent;
    stream.sent = this.#count;
    stream.controller.enqueue(missed === 0 ? KEEP_ALIVE : joined(this.#kept.slice(-missed)));
  }

  /**
   * Returns the sequence number in an event id, after which the stream resumes. Returns undefined if the
   * stream cannot resume there: the id comes from an earlier start of kro, or a later event has been dropped.
   */
  #resumed(id: string | undefined): number | undefined {
    const [epoch, text] = id?.split("-") ?? [];
    const number = Number(text);
    const missed = this.#count - number;
    return epoch === this.#epoch && missed >= 0 && missed <= this.#kept.length ? number : undefined;
  }

  #wakeAll(): void {
    for (const { wake } of this.#open) wake?.();
  }

  #close(stream: Stream): void {
    this.#open.delete(stream);
    stream.wake?.();
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function joined(events: readonly Uint8Array<ArrayBuffer>[]): Uint8Array {
  const bytes = new Uint8Array(events.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const event of events) {
    bytes.set(event, at);
    at += event.length;
  }
  return bytes;
}
