/**
 * A reflector for the objects of one kind, similar to client-go's `tools/cache.Reflector`. The reflector
 * lists the objects and then watches them, until the caller stops the reflector. The caller gets one stream
 * of changes that continues across reconnects, relists and failures.
 */
import { ApiError, isGone, isNotFound, type KindRef, type KubeObject } from "../api/mod.ts";
import { Backoff } from "./backoff.ts";
import { InactivityError } from "./errors.ts";
import { type Change, KnownObjects } from "./known_objects.ts";
import { isPositionLost, isRefused } from "./list_errors.ts";
import type { Listing, Watching } from "./reflector_state.ts";
import { sleep } from "./timers.ts";
import type { KubeClient, ListOptions } from "./types.ts";

/**
 * The handlers of changes. They are called one at a time, in the order in which the API server reports
 * changes.
 */
export interface ReflectorHandlers {
  /** Called when an object was created, and for each object of the first list. */
  added(object: KubeObject): void;
  /** Called when an object was modified. */
  modified(object: KubeObject): void;
  /**
   * Called when an object was deleted. When a relist shows that the object is gone, the object has only
   * apiVersion, kind, name, namespace, uid and resourceVersion.
   */
  deleted(object: KubeObject): void;
  /** Called once, after `added` was called for each object of the first list. */
  synced?(): void;
}

/** A list that was read completely. The handlers were called for each of its objects. */
export interface Listed {
  /** The resourceVersion of the list; an empty string when the API server sends no resourceVersion. */
  resourceVersion: string;
  /** The namespace that was listed; absent when all namespaces were listed. */
  namespace?: string;
  /** Reports whether the list contained the object of this namespace and name. */
  has(at: { namespace?: string; name?: string }): boolean;
}

/** The options of a reflector: the selection of objects to watch, and callbacks for lists and failures. */
export interface ReflectorOptions extends ListOptions {
  /**
   * Called after each failure, except when a resourceVersion has expired. The reflector then tries again.
   */
  onError?: (error: unknown) => void;
  /** The delays between failed attempts; from 100 ms to 30 s by default. */
  backoff?: Backoff;
  /**
   * Called after each event of a watch. The reflector reads no further event until the returned promise
   * resolves. The flow control of TCP then slows down the server.
   */
  ready?: () => Promise<void> | undefined;
  /** Called after each complete list. For the first list, this callback comes before `synced`. */
  onListed?: (list: Listed) => void;
  /**
   * The time between two lists while RBAC allows lists but forbids watches, in milliseconds; 10,000 by
   * default.
   */
  pollMs?: number;
}

// The time without an event after which a watch counts as broken, in milliseconds. The API server sends a
// bookmark about once a minute.
const INACTIVITY_MS = 100_000;
// The time after which a connection counts as long, in milliseconds. This is also the longest delay after a
// shorter connection that delivered events.
const LONG_MS = 5_000;
// The number of attempts after short connections that follow without delay, until a connection is long again.
// A server that closes every watch after one event would otherwise cause requests without end.
const MAX_QUICK = 10;
const POLL_MS = 10_000;
/**
 * The delay after a response 404 while the kind is not defined. The event of a CRD or of an aggregated API ends
 * the delay, so this delay only matters if an event is lost.
 */
const NOT_SERVED_MS = 300_000;
/**
 * The longest time for which the reflector obeys a Retry-After header, in milliseconds. An aggregated API
 * server may send any number.
 */
const LONGEST_RETRY_AFTER_MS = 300_000;

/**
 * Lists and watches the objects of one kind. The reflector stores no objects, only the uid and
 * resourceVersion of each object. These two values suffice to distinguish added, modified and deleted
 * objects after a relist.
 *
 * @example
 * ```ts
 * import { connect, LEASE_KIND, loadConfig, Reflector } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const handlers = { added() {}, modified() {}, deleted() {} };
 * const reflector = new Reflector(client, LEASE_KIND, { labelSelector: "app=a" }, handlers);
 * void reflector.start(AbortSignal.timeout(60_000));
 * await reflector.synced;
 * ```
 */
export class Reflector {
  readonly #client: KubeClient;
  readonly #kind: KindRef;
  readonly #options: ReflectorOptions;
  readonly #handlers: ReflectorHandlers;
  readonly #known: KnownObjects;
  readonly #backoff: Backoff;
  readonly #synced = Promise.withResolvers<void>();
  #state: Listing | Watching = { name: "listing", synced: false };
  #connections = 0;
  #isWatching = false;
  #isDefined = true;
  /** The number of short connections since the last long one. */
  #shortConnections = 0;
  /** The controller of the delay between two attempts. Aborting it ends the delay. */
  #hurry = new AbortController();

  /** Creates a reflector. The first request is sent after {@link start} is called. */
  constructor(
    client: KubeClient,
    kind: KindRef,
    options: ReflectorOptions,
    handlers: ReflectorHandlers,
  ) {
    this.#client = client;
    this.#kind = kind;
    this.#options = options;
    this.#handlers = handlers;
    this.#known = new KnownObjects(kind);
    this.#backoff = options.backoff ?? new Backoff();
    // The promise rejects if the reflector stops before its first list. Deno would end the process if this
    // rejection had no handler.
    this.#synced.promise.catch(() => {});
  }

  /**
   * A promise that resolves after the first complete list. The promise rejects with the signal's reason
   * when the signal aborts before that list is complete.
   */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Whether the handlers were called for each object of the first list. Once true, the value stays true. */
  get hasSynced(): boolean {
    return this.#state.name === "watching" || this.#state.synced;
  }

  /**
   * Whether the reflector has read a complete list from which it can watch. The value is true while the
   * reflector watches and while it waits to reconnect a watch. The value is false while the reflector must
   * list.
   */
  get hasList(): boolean {
    return this.#state.name === "watching";
  }

  /**
   * The number of the current watch connection. Each new connection has a new number. Undefined while the
   * reflector lists, and during the delay before the next attempt.
   */
  get connection(): number | undefined {
    return this.#isWatching ? this.#connections : undefined;
  }

  /** The number of known objects. */
  get size(): number {
    return this.#known.size;
  }

  /**
   * Forgets all objects. When the current watch ends, the reflector lists again and calls `added` for each
   * object. Used when the handlers have dropped their own state.
   */
  forget(): void {
    this.#known.clear();
    this.#relist();
  }

  /**
   * Ends the delay after failed attempts. The next attempt follows immediately, and later delays start at
   * the minimum again.
   */
  hurry(): void {
    this.#backoff.reset();
    this.#hurry.abort();
    this.#hurry = new AbortController();
  }

  /**
   * Sets whether the kind is defined, by a CRD that serves the kind or by an aggregated API. While the kind is
   * not defined, the reflector waits five minutes after a response 404. When the kind is defined again, the
   * delay ends, and the reflector uses its normal backoff, because an API server may still respond with 404 for
   * some time after the event of the CRD.
   */
  setDefined(isDefined: boolean): void {
    const wasDefined = this.#isDefined;
    this.#isDefined = isDefined;
    if (isDefined !== wasDefined) this.hurry();
  }

  /**
   * Lists and watches until the signal aborts, and resolves when all connections are closed. Never rejects.
   * May be called only once.
   */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#round(signal);
      if (signal.aborted) break;
      const waitMs = this.#finish(error);
      if (waitMs > 0) await sleep(waitMs, AbortSignal.any([signal, this.#hurry.signal]));
    }
    this.#synced.reject(signal.reason);
  }

  /**
   * Makes one attempt: lists the objects unless a resourceVersion from which to watch is known, and then
   * opens one watch connection. Returns the error that ended the attempt.
   */
  async #round(signal: AbortSignal): Promise<unknown> {
    try {
      if (this.#state.name === "watching") {
        this.#state = { ...this.#state, resumed: true, hasEvents: false, isLong: false };
      } else {
        await this.#list(signal);
      }
      if (this.#state.name === "watching" && !signal.aborted) {
        await this.#watch(this.#state, signal);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /**
   * Ends an attempt: reports its error, except an expired resourceVersion, and sets the next state. Returns
   * the milliseconds until the next attempt.
   */
  #finish(error: unknown): number {
    const watch = this.#state.name === "watching" ? this.#state : undefined;
    if (error !== undefined && !isGone(error)) this.#report(error);
    const asked = error instanceof ApiError ? error.retryAfterSeconds ?? 0 : 0;
    const retryAfterMs = Math.min(asked * 1000, LONGEST_RETRY_AFTER_MS);
    if (watch && isRefused(error)) {
      // RBAC allows lists but forbids watches, so the reflector lists at intervals. After each list the
      // reflector tries to watch, because RBAC may allow watches by then.
      this.#relist();
      this.#backoff.reset();
      return Math.max(this.#options.pollMs ?? POLL_MS, retryAfterMs);
    }
    if (watch && (isPositionLost(error) || watch.resourceVersion === "")) this.#relist();
    if (!this.#isDefined && isNotFound(error)) return NOT_SERVED_MS;
    // The resourceVersion of a watch that has run for a long time may expire. This is normal, so the
    // reflector lists again immediately. If the first watch after a list reports an expired resourceVersion,
    // the backoff delays the next list.
    const expired = watch?.resumed && isGone(error);
    if (watch?.isLong) this.#shortConnections = 0;
    else if (watch?.hasEvents || expired) this.#shortConnections++;
    const isGood = watch?.isLong ||
      ((watch?.hasEvents || expired) && this.#shortConnections <= MAX_QUICK);
    if (isGood) this.#backoff.reset();
    if (isGood && (expired || error === undefined)) return 0;
    const delay = this.#backoff.next();
    return Math.max(watch?.hasEvents ? Math.min(delay, LONG_MS) : delay, retryAfterMs);
  }

  #relist(): void {
    this.#state = { name: "listing", synced: this.hasSynced };
  }

  /**
   * Lists all objects and changes the state to `watching`. The state stays `listing` when the signal
   * aborts.
   */
  async #list(signal: AbortSignal): Promise<void> {
    let resourceVersion: string | undefined;
    try {
      resourceVersion = await this.#readPages(signal);
    } catch (error) {
      if (!isGone(error)) throw error;
      // The continue token expired between two pages, so the whole list is requested again without pages.
      resourceVersion = await this.#readPages(signal, 0);
    }
    if (resourceVersion === undefined) return;
    this.#emit(this.#known.endList());
    const { namespace } = this.#options;
    const listed = { resourceVersion, namespace, has: this.#known.has };
    this.#call(() => this.#options.onListed?.(listed));
    const isFirst = !this.hasSynced;
    const unused = { resumed: false, hasEvents: false, isLong: false };
    this.#state = { name: "watching", resourceVersion, ...unused };
    if (!isFirst) return;
    this.#call(() => this.#handlers.synced?.());
    this.#synced.resolve();
  }

  /**
   * Reads all pages of a list and calls the handlers for their changes. Returns the resourceVersion of the
   * list, or undefined when the signal aborts.
   */
  async #readPages(signal: AbortSignal, limit?: number): Promise<string | undefined> {
    this.#known.beginList();
    let resourceVersion = "";
    for await (const page of this.#client.pages(this.#kind, { ...this.#selection(), limit })) {
      if (signal.aborted) return undefined;
      for (const item of page.items) this.#emit(this.#known.fromList(item));
      resourceVersion = page.resourceVersion;
    }
    return resourceVersion;
  }

  /**
   * Opens one watch connection and handles its events. The connection is closed when no event and no
   * bookmark arrives for INACTIVITY_MS.
   */
  async #watch(state: Watching, signal: AbortSignal): Promise<void> {
    const timeoutSeconds = Math.round(300 + Math.random() * 300);
    const connection = new AbortController();
    const stop = () => connection.abort();
    const inactive = () =>
      connection.abort(new InactivityError("no event or bookmark arrived in time"));
    signal.addEventListener("abort", stop, { once: true });
    const started = performance.now();
    let lastEvent = started;
    // An event only stores its time, and does not reset the timer. When the timer fires, the timer is set
    // again for the remaining time.
    const check = () => {
      const left = lastEvent + INACTIVITY_MS - performance.now();
      if (left <= 0) inactive();
      else watchdog = setTimeout(check, Math.min(left, INACTIVITY_MS));
    };
    let watchdog = setTimeout(check, INACTIVITY_MS);
    this.#connections++;
    this.#isWatching = true;
    try {
      const events = this.#client.watch(this.#kind, {
        ...this.#selection(),
        resourceVersion: state.resourceVersion,
        timeoutSeconds,
        signal: connection.signal,
      });
      for await (const event of events) {
        if (signal.aborted) return;
        state.hasEvents = true;
        lastEvent = performance.now();
        if (event.type === "BOOKMARK") {
          state.resourceVersion = event.resourceVersion;
        } else {
          this.#emit(this.#known.fromEvent(event));
          state.resourceVersion = event.object.metadata.resourceVersion ?? state.resourceVersion;
        }
        const ready = this.#options.ready?.();
        if (!ready) continue;
        // While kro itself reads no event, the watch does not count as broken.
        lastEvent = Infinity;
        await ready;
        lastEvent = performance.now();
      }
    } finally {
      this.#isWatching = false;
      clearTimeout(watchdog);
      signal.removeEventListener("abort", stop);
      if (performance.now() - started > LONG_MS) state.isLong = true;
    }
  }

  #selection(): ListOptions {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    return { namespace, labelSelector, fieldSelector, metadataOnly };
  }

  #emit(changes: readonly Change[]): void {
    for (const { type, object } of changes) this.#call(() => this.#handlers[type](object));
  }

  /** Calls a handler and reports its error, so that one failing call does not end the watch. */
  #call(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    this.#options.onError?.(error);
  }
}
