/**
 * A reflector lists the objects of one kind, then watches them, until it is stopped. Handlers see one
 * stream of changes across reconnects, relists and failures.
 */
import { ApiError, isGone, type KindRef, type KubeObject } from "../api/mod.ts";
import { Backoff } from "./backoff.ts";
import { InactivityError } from "./errors.ts";
import { type Change, KnownObjects } from "./known_objects.ts";
import { sleep } from "./timers.ts";
import type { KubeClient, ListOptions } from "./types.ts";

/** Handlers of changes. The reflector calls them one at a time, in the order of the server's changes. */
export interface ReflectorHandlers {
  /** An object was created, or is part of the first list. */
  added(object: KubeObject): void;
  /** An object changed. */
  modified(object: KubeObject): void;
  /** An object was deleted. After a relist only its type, name, namespace and uid are known. */
  deleted(object: KubeObject): void;
  /** Called once, after all objects of the first list were handed over. */
  synced?(): void;
}

/** A list whose objects were all handed over. */
export interface Listed {
  /** The list's resourceVersion; empty when the server sends none. */
  resourceVersion: string;
  /** The listed namespace; absent for all namespaces. */
  namespace?: string;
  /** Whether the list contained the object. */
  has(at: { namespace?: string; name?: string }): boolean;
}

/** What a reflector watches, and callbacks for lists and failures. */
export interface ReflectorOptions extends ListOptions {
  /** Called on every failure except an expired resourceVersion; the reflector tries again. */
  onError?: (error: unknown) => void;
  /** Waits between failed attempts; 100 ms to 30 s by default. */
  backoff?: Backoff;
  /** Called after each complete list, before `synced` is called for the first one. */
  onListed?: (list: Listed) => void;
  /** Milliseconds between lists while lists are allowed and watches are not; 10 s by default. */
  pollMs?: number;
}

/** The reflector lists: it has no position to watch from. */
interface Listing {
  readonly name: "listing";
  /** Whether an earlier list was complete. */
  readonly synced: boolean;
}

/** The reflector watches, or is about to reconnect. */
interface Watching {
  readonly name: "watching";
  /** Where the next connection starts: the version of the last list, event or bookmark. */
  resourceVersion: string;
  /** Whether the connection continues an earlier one; false right after a list. */
  resumed: boolean;
  /** Whether the connection delivered an event or stayed open for PRODUCTIVE_MS. */
  productive: boolean;
}

// The API server sends a bookmark about once a minute. A server without bookmarks is reconnected to.
const INACTIVITY_MS = 100_000;
const PRODUCTIVE_MS = 5_000;
const POLL_MS = 10_000;

/**
 * Lists and watches one kind. It keeps no objects, only the uid and resourceVersion of each: enough to
 * tell additions, changes and deletions apart after a relist.
 *
 * @example
 * const reflector = new Reflector(client, kind, { labelSelector: "app=a" }, handlers);
 * void reflector.start(signal);
 * await reflector.synced;
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

  /** Sends no request before {@link start}. */
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
    // A stopped reflector rejects the promise; without this handler Deno ends the process for it.
    this.#synced.promise.catch(() => {});
  }

  /** Resolves after the first list; rejects with the signal's reason when stopped before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Whether the first list has been handed over; stays true. */
  get hasSynced(): boolean {
    return this.#state.name === "watching" || this.#state.synced;
  }

  /** Whether the server allowed the list that the watch continues from; false during a list. */
  get mayList(): boolean {
    return this.#state.name === "watching";
  }

  /** How many objects are known. */
  get size(): number {
    return this.#known.size;
  }

  /** Lists at the next round and calls `added` for every object, for handlers that dropped their state. */
  forget(): void {
    this.#known.clear();
    this.#relist();
  }

  /** Runs until the signal aborts; resolves when all connections are closed. Call it once. */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#round(signal);
      if (signal.aborted) break;
      const waitMs = this.#finish(error);
      if (waitMs > 0) await sleep(waitMs, signal);
    }
    this.#synced.reject(signal.reason);
  }

  /** One list, unless there is a position to watch from, and one watch; returns its error, if any. */
  async #round(signal: AbortSignal): Promise<unknown> {
    try {
      if (this.#state.name === "watching") {
        this.#state = { ...this.#state, resumed: true, productive: false };
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

  /** Reports the error of a round and moves to the next state; milliseconds to wait before it. */
  #finish(error: unknown): number {
    const watch = this.#state.name === "watching" ? this.#state : undefined;
    if (error !== undefined && !isGone(error)) this.#report(error);
    const retryAfterMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    if (watch && isRefused(error)) {
      // Lists are allowed and watches are not. Each round asks for the watch again: roles change.
      this.#relist();
      this.#backoff.reset();
      return Math.max(this.#options.pollMs ?? POLL_MS, retryAfterMs);
    }
    if (watch && (isPositionLost(error) || watch.resourceVersion === "")) this.#relist();
    // An expired position is normal, unless a list has just returned it.
    const expired = watch?.resumed && isGone(error);
    if (watch?.productive || expired) this.#backoff.reset();
    if (expired || (watch?.productive && error === undefined)) return 0;
    return Math.max(this.#backoff.next(), retryAfterMs);
  }

  #relist(): void {
    this.#state = { name: "listing", synced: this.hasSynced };
  }

  /** Lists the kind and moves to watching; stays in listing when the signal aborts. */
  async #list(signal: AbortSignal): Promise<void> {
    let resourceVersion: string | undefined;
    try {
      resourceVersion = await this.#readPages(signal);
    } catch (error) {
      if (!isGone(error)) throw error;
      // The continue token expired between two pages: list once more, in one piece.
      resourceVersion = await this.#readPages(signal, 0);
    }
    if (resourceVersion === undefined) return;
    this.#emit(this.#known.endList());
    const { namespace } = this.#options;
    const listed = { resourceVersion, namespace, has: this.#known.has };
    this.#call(() => this.#options.onListed?.(listed));
    const isFirst = !this.hasSynced;
    this.#state = { name: "watching", resourceVersion, resumed: false, productive: false };
    if (!isFirst) return;
    this.#call(() => this.#handlers.synced?.());
    this.#synced.resolve();
  }

  /** Hands over all pages; returns the list's resourceVersion, or undefined when the signal aborts. */
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

  /** One watch connection. It is closed when no event or bookmark arrives for INACTIVITY_MS. */
  async #watch(state: Watching, signal: AbortSignal): Promise<void> {
    const timeoutSeconds = Math.round(300 + Math.random() * 300);
    const connection = new AbortController();
    const stop = () => connection.abort();
    const inactive = () =>
      connection.abort(new InactivityError("no event or bookmark arrived in time"));
    signal.addEventListener("abort", stop, { once: true });
    const started = performance.now();
    let lastEvent = started;
    // One timer for many events: it is set again for the rest of the time instead of at each event.
    const check = () => {
      const left = lastEvent + INACTIVITY_MS - performance.now();
      if (left <= 0) inactive();
      else watchdog = setTimeout(check, left);
    };
    let watchdog = setTimeout(check, INACTIVITY_MS);
    try {
      const events = this.#client.watch(this.#kind, {
        ...this.#selection(),
        resourceVersion: state.resourceVersion,
        timeoutSeconds,
        signal: connection.signal,
      });
      for await (const event of events) {
        if (signal.aborted) return;
        state.productive = true;
        lastEvent = performance.now();
        if (event.type === "BOOKMARK") {
          state.resourceVersion = event.resourceVersion;
        } else {
          this.#emit(this.#known.fromEvent(event));
          state.resourceVersion = event.object.metadata.resourceVersion ?? state.resourceVersion;
        }
      }
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", stop);
      if (performance.now() - started > PRODUCTIVE_MS) state.productive = true;
    }
  }

  #selection(): ListOptions {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    return { namespace, labelSelector, fieldSelector, metadataOnly };
  }

  #emit(changes: readonly Change[]): void {
    for (const { type, object } of changes) this.#call(() => this.#handlers[type](object));
  }

  /** Reports the error of a handler that throws; the other handlers still get their events. */
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

/** Whether the server refuses the request: RBAC forbids it (403), or the kind lacks the verb (405). */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.reason === "Forbidden" || error.code === 405);
}

/** Whether a watch from this position cannot continue: the next request must be a list. */
function isPositionLost(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  // NotFound: the kind was deleted. A kind that comes back under its name has other objects.
  return error.reason === "Gone" || error.reason === "NotFound" ||
    error.causes.some((cause) => cause.reason === "ResourceVersionTooLarge");
}
