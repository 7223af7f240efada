/** Tracks kro's own writes from sending the request to receiving the response. */
import { compareRevisions } from "../../kube/mod.ts";

/** A watch event that is deferred while a write of the same object is in flight. */
export interface DeferredEvent {
  /**
   * The resourceVersion of the object in the event; an empty string when the event has no resourceVersion.
   */
  readonly revision: string;
}

interface Inflight<Write, Event> {
  readonly write: Write;
  readonly deferred: Event[];
}

/**
 * Tracks writes in flight, to distinguish the echo of kro's own write from a change by another client. The
 * echo is the watch event that the write itself causes. Only the resourceVersion in the response identifies
 * the echo, so watch events of an object are deferred until the response to the write arrives. Writes are
 * stored by the key of their object.
 *
 * @typeParam Write The data that the caller stores with each write.
 * @typeParam Event The data of a deferred event that the caller needs later.
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

  /**
   * Records that a write of the object is about to be sent. Replaces the record of an earlier write of the
   * same object.
   */
  begin(key: string, write: Write): void {
    this.#inflight.set(key, { write, deferred: [] });
  }

  /** Returns the keys of the objects with a write in flight. */
  keys(): string[] {
    return [...this.#inflight.keys()];
  }

  /** Returns whether a write of the object is in flight. */
  isInflight(key: string): boolean {
    return this.#inflight.has(key);
  }

  /**
   * Returns the data that the caller stored with the write in flight; undefined when no write is in flight.
   */
  get(key: string): Write | undefined {
    return this.#inflight.get(key)?.write;
  }

  /**
   * Defers an event of the object until {@link end} is called. Returns false when no write is in flight; the
   * caller must then handle the event immediately.
   */
  defer(key: string, event: Event): boolean {
    const inflight = this.#inflight.get(key);
    inflight?.deferred.push(event);
    return inflight !== undefined;
  }

  /**
   * Returns the deferred events that are newer than the resourceVersion `revision`, oldest first. If
   * `revision` is undefined, returns all deferred events.
   */
  deferredAfter(key: string, revision: string | undefined): Event[] {
    const deferred = this.#inflight.get(key)?.deferred ?? [];
    if (revision === undefined) return deferred;
    return deferred.filter((event) => compareRevisions(event.revision, revision) > 0);
  }

  /**
   * Ends the write and returns the deferred events that are not the echo of the write, oldest first.
   *
   * @param revision The resourceVersion in the response. Undefined if the write failed, has no response or
   * was a deletion. All deferred events are then returned.
   */
  end(key: string, revision: string | undefined): Event[] {
    const events = this.deferredAfter(key, revision);
    this.#inflight.delete(key);
    return events;
  }

  /**
   * Records that the response to a write is missing. The API server may have performed the write, or may
   * still perform it later.
   */
  lost(key: string): void {
    this.#unanswered.add(key);
  }

  /** Returns whether a write of the object has an unknown outcome because its response is missing. */
  isUnanswered(key: string): boolean {
    return this.#unanswered.has(key);
  }

  /**
   * Forgets that the response to a write is missing. Called when the outcome of the write is known, or when a
   * later write has succeeded. After the later write, the API server refuses the earlier write, because the
   * earlier write has an outdated resourceVersion as its precondition.
   */
  resolved(key: string): void {
    this.#unanswered.delete(key);
  }

  /** Drops everything that is recorded for an object. Called when the object was deleted. */
  forget(key: string): void {
    this.#inflight.delete(key);
    this.#unanswered.delete(key);
  }
}
