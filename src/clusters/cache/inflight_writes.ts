/** Tracks our own writes from the request to the response. */
import { compareRevisions } from "../../kube/mod.ts";

/** The part of an event that is deferred while a write of its object is in flight. */
export interface DeferredEvent {
  /** The object's resourceVersion in the event; empty when the event names none. */
  readonly revision: string;
}

interface Inflight<Write, Event> {
  readonly write: Write;
  readonly deferred: Event[];
}

/**
 * Tracks writes in flight by key of their object, to tell the echo of our own write from a change by another
 * manager. The echo is the watch event that a write causes; only the resourceVersion in the write's response
 * identifies it. So events of an object are deferred until its write is answered.
 *
 * @typeParam Write Data that the caller keeps of a write.
 * @typeParam Event Data that the caller needs of a deferred event.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { InflightWrites } from "../mod.ts";
 *
 * const writes = new InflightWrites<{ deletes: boolean }, { revision: string }>();
 * writes.begin("ns/a", { deletes: false });
 * writes.defer("ns/a", { revision: "7" }); // the echo
 * writes.defer("ns/a", { revision: "8" }); // a change by another manager
 * assert.deepEqual(writes.end("ns/a", "7"), [{ revision: "8" }]);
 * ```
 */
export class InflightWrites<Write, Event extends DeferredEvent> {
  readonly #inflight = new Map<string, Inflight<Write, Event>>();
  readonly #unanswered = new Set<string>();

  /** Records that a write is about to be sent. Replaces an earlier write of the object. */
  begin(key: string, write: Write): void {
    this.#inflight.set(key, { write, deferred: [] });
  }

  /** Whether a write of the object is in flight. */
  isInflight(key: string): boolean {
    return this.#inflight.has(key);
  }

  /** The caller's data of the write in flight; undefined without one. */
  get(key: string): Write | undefined {
    return this.#inflight.get(key)?.write;
  }

  /** Defers an event until {@link end}. False when no write is in flight: the caller handles it at once. */
  defer(key: string, event: Event): boolean {
    const inflight = this.#inflight.get(key);
    inflight?.deferred.push(event);
    return inflight !== undefined;
  }

  /** The deferred events after that resourceVersion, oldest first; all of them for undefined. */
  deferredAfter(key: string, revision: string | undefined): Event[] {
    const deferred = this.#inflight.get(key)?.deferred ?? [];
    if (revision === undefined) return deferred;
    return deferred.filter((event) => compareRevisions(event.revision, revision) > 0);
  }

  /**
   * Ends the write and returns the deferred events that are not its echo, oldest first.
   *
   * @param revision The resourceVersion in the response; undefined for a refused or unanswered write and for a
   * delete, of which all deferred events are returned.
   */
  end(key: string, revision: string | undefined): Event[] {
    const events = this.deferredAfter(key, revision);
    this.#inflight.delete(key);
    return events;
  }

  /** Records that a write was not answered: the API server may have made it, or may make it later. */
  lost(key: string): void {
    this.#unanswered.add(key);
  }

  /** Whether the outcome of a write is unknown; see {@link lost}. */
  isUnanswered(key: string): boolean {
    return this.#unanswered.has(key);
  }

  /**
   * Records that the outcome of an unanswered write is known, or that a later write succeeded: writes carry
   * a resourceVersion precondition, so the unanswered one is refused if it arrives after that.
   */
  resolved(key: string): void {
    this.#unanswered.delete(key);
  }

  /** Drops all records of a deleted object. */
  forget(key: string): void {
    this.#inflight.delete(key);
    this.#unanswered.delete(key);
  }
}
