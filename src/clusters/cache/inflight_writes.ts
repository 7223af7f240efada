/** Tracks our own writes from the request to the response. */
import { compareRevisions } from "../../kube/mod.ts";

/** What is deferred of an event that arrives while a write of its object is in flight. */
export interface DeferredEvent {
  /** The object's resourceVersion in the event; empty when it had none. */
  readonly revision: string;
}

interface Inflight<Write, Event> {
  readonly write: Write;
  readonly deferred: Event[];
}

/**
 * The writes in flight, by key of their object. An event that arrives meanwhile may be the echo of the
 * write, which wakes no pass; only the resourceVersion in the response decides. So events are deferred until
 * then. `Write` is what the caller remembers of a write, `Event` what it needs of an event.
 *
 * @example
 * ```ts
 * const writes = new InflightWrites<{ deletes: boolean }, { revision: string }>();
 * writes.begin("ns/a", { deletes: false });
 * writes.defer("ns/a", { revision: "7" }); // true: the echo
 * writes.defer("ns/a", { revision: "8" }); // true: another manager's write
 * writes.end("ns/a", "7"); // [{ revision: "8" }]
 * ```
 */
export class InflightWrites<Write, Event extends DeferredEvent> {
  readonly #inflight = new Map<string, Inflight<Write, Event>>();
  readonly #unanswered = new Set<string>();

  /** A write is about to be sent; it replaces an earlier one of the object. */
  begin(key: string, write: Write): void {
    this.#inflight.set(key, { write, deferred: [] });
  }

  /** Whether a write of the object is in flight. */
  isInflight(key: string): boolean {
    return this.#inflight.has(key);
  }

  /** What the caller remembers of the write in flight; undefined when there is none. */
  get(key: string): Write | undefined {
    return this.#inflight.get(key)?.write;
  }

  /** Defers an event until {@link end}. False when no write is in flight: the event is due now. */
  defer(key: string, event: Event): boolean {
    const inflight = this.#inflight.get(key);
    inflight?.deferred.push(event);
    return inflight !== undefined;
  }

  /** The deferred events after that resourceVersion, or all without one, oldest first. */
  deferredAfter(key: string, revision: string | undefined): Event[] {
    const deferred = this.#inflight.get(key)?.deferred ?? [];
    if (revision === undefined) return deferred;
    return deferred.filter((event) => compareRevisions(event.revision, revision) > 0);
  }

  /**
   * Ends the write and returns the deferred events that it does not explain: those after the
   * resourceVersion of its response, or all when it has none (refused, unanswered, a delete).
   */
  end(key: string, revision: string | undefined): Event[] {
    const events = this.deferredAfter(key, revision);
    this.#inflight.delete(key);
    return events;
  }

  /** A write was sent and not answered: the API server may have carried it out, or still do so. */
  lost(key: string): void {
    this.#unanswered.add(key);
  }

  /** Whether the outcome of a write is unknown; see {@link lost}. */
  isUnanswered(key: string): boolean {
    return this.#unanswered.has(key);
  }

  /**
   * The outcome of an unanswered write is known, or void: writes name the resourceVersion that they
   * replace, so one that arrives after a later write is refused.
   */
  resolved(key: string): void {
    this.#unanswered.delete(key);
  }

  /** Drops everything about an object that is gone. */
  forget(key: string): void {
    this.#inflight.delete(key);
    this.#unanswered.delete(key);
  }
}
