/**
 * Streams the changes of states as server-sent events. A client resumes with the header Last-Event-ID, as the
 * HTML standard defines (section 9.2).
 */
import type { Change, ControllerView } from "../controller/mod.ts";
import { eventFrame, KEEP_ALIVE } from "./frame.ts";
import { problem } from "./problem.ts";

/** The limits on streams. */
export interface StreamLimits {
  /** The maximum number of open streams; 200 by default. */
  streams: number;
  /** The number of past events that a client can resume from; 1,000 by default. */
  kept: number;
  /**
   * The number of unread events after which a stream is ended, in addition to the `kept` events with which a
   * resumed stream may start; 256 by default.
   */
  unread: number;
  /** The interval of comments that keep a silent stream open, in milliseconds; 10 s by default. */
  keepAliveMs: number;
}

const LIMITS: StreamLimits = { streams: 200, kept: 1000, unread: 256, keepAliveMs: 10_000 };

/** The streams of one endpoint. Before the first stream is opened, nothing is subscribed or stored. */
export class EventStreams {
  readonly #view: Pick<ControllerView, "subscribe">;
  readonly #limits: StreamLimits;
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  /** The past events, the oldest first; all streams share the bytes of an event. */
  readonly #kept: Uint8Array[] = [];
  /** A prefix of the ids, which differs after a restart of kro. */
  readonly #epoch = crypto.randomUUID().slice(0, 8);
  /** The number of events so far. */
  #count = 0;
  #isSubscribed = false;
  #timer?: ReturnType<typeof setInterval>;

  /** Creates the streams of a view. */
  constructor(view: Pick<ControllerView, "subscribe">, limits: Partial<StreamLimits> = {}) {
    this.#view = view;
    this.#limits = { ...LIMITS, ...limits };
  }

  /**
   * Returns a response with a new stream. A stream whose `lastId` is unknown, because kro was restarted or the
   * event is too old, starts with an event `reset`: the client must then read all lists again.
   *
   * @param lastId The header Last-Event-ID; undefined if the request lacks the header.
   */
  open(lastId: string | undefined): Response {
    const { streams, unread } = this.#limits;
    if (this.#open.size >= streams) {
      return problem(
        503,
        `${streams} event streams are open, which is the maximum; close one of them`,
      );
    }
    this.#subscribe();
    let stream: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        stream = controller;
        this.#open.add(controller);
        for (const event of this.#since(lastId)) controller.enqueue(event);
      },
      cancel: () => this.#close(stream),
    }, new CountQueuingStrategy({ highWaterMark: this.#limits.kept + unread }));
    this.#timer ??= setInterval(
      () => this.#send(KEEP_ALIVE),
      this.#limits.keepAliveMs,
    );
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
    const id = `${this.#epoch}-${++this.#count}`;
    const event = eventFrame(id, type, data);
    this.#kept.push(event);
    if (this.#kept.length > this.#limits.kept) this.#kept.shift();
    this.#send(event);
  }

  /** Returns the first events of a stream: the events after `lastId`, or the current id. */
  #since(lastId: string | undefined): Uint8Array[] {
    const [epoch, number] = lastId?.split("-") ?? [];
    const missed = this.#count - Number(number);
    if (epoch === this.#epoch && missed >= 0 && missed <= this.#kept.length) {
      return missed === 0 ? [] : this.#kept.slice(-missed);
    }
    const type = lastId === undefined ? "open" : "reset";
    return [eventFrame(`${this.#epoch}-${this.#count}`, type, {})];
  }

  /** Sends bytes to all streams, and ends the streams of clients that do not read. */
  #send(bytes: Uint8Array): void {
    for (const stream of this.#open) {
      if (stream.desiredSize! > 0) stream.enqueue(bytes);
      else {
        this.#close(stream);
        stream.error();
      }
    }
  }

  #close(stream: ReadableStreamDefaultController<Uint8Array>): void {
    this.#open.delete(stream);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
