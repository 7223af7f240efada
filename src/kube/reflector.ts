/**
 * A reflector, as client-go's `tools/cache.Reflector`: it lists the objects of one kind, then watches them,
 * until it is stopped. Handlers get one stream of changes across reconnects, relists and failures.
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
  /** An object was deleted. If a relist found this, the object has only type, name, namespace and uid. */
  deleted(object: KubeObject): void;
  /** Called once, after `added` was called for each object of the first list. */
  synced?(): void;
}

/** A complete list: the handlers were called for each of its objects. */
export interface Listed {
  /** The list's resourceVersion; empty when the server sends none. */
  resourceVersion: string;
  /** The listed namespace; absent for all namespaces. */
  namespace?: string;
  /** Whether the list contained the object. */
  has(at: { namespace?: string; name?: string }): boolean;
}

/** The selection that a reflector watches, and callbacks for lists and failures. */
export interface ReflectorOptions extends ListOptions {
  /** Called with every failure except an expired resourceVersion; the reflector tries again. */
  onError?: (error: unknown) => void;
  /** Delays between failed attempts; 100 ms to 30 s by default. */
  backoff?: Backoff;
  /** Called after each complete list, before `synced` is called for the first one. */
  onListed?: (list: Listed) => void;
  /** Milliseconds between lists while RBAC allows lists and forbids watches; 10,000 by default. */
  pollMs?: number;
}

/** The reflector must list: it has no resourceVersion to watch from. */
interface Listing {
  readonly name: "listing";
  /** Whether an earlier list was complete. */
  readonly synced: boolean;
}

/** The reflector watches, or is about to reconnect. */
interface Watching {
  readonly name: "watching";
  /** Where the next connection starts: the resourceVersion of the last list, event or bookmark. */
  resourceVersion: string;
  /** Whether the connection continues an earlier watch; false right after a list. */
  resumed: boolean;
  /** Whether the connection delivered an event or stayed open for PRODUCTIVE_MS. */
  productive: boolean;
}

// The API server sends a bookmark about once a minute, so a connection that is silent for longer is broken.
const INACTIVITY_MS = 100_000;
const PRODUCTIVE_MS = 5_000;
const POLL_MS = 10_000;

/**
 * Lists and watches one kind. It stores no objects, only the uid and resourceVersion of each: enough to
 * tell additions, changes and deletions apart after a relist.
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
    // Without this handler, Deno would end the process when a stopped reflector rejects the promise.
    this.#synced.promise.catch(() => {});
  }

  /** Resolves after the first list; rejects with the signal's reason when the signal aborts before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Whether the handlers were called for each object of the first list; stays true. */
  get hasSynced(): boolean {
    return this.#state.name === "watching" || this.#state.synced;
  }

  /** Whether the reflector watches, which means that its last list succeeded; false while it lists. */
  get mayList(): boolean {
    return this.#state.name === "watching";
  }

  /** Number of known objects. */
  get size(): number {
    return this.#known.size;
  }

  /**
   * Forgets all objects, so that the next round lists and calls `added` for each object. For handlers that
   * have dropped their state.
   */
  forget(): void {
    this.#known.clear();
    this.#relist();
  }

  /** Runs until the signal aborts; resolves when its connections are closed. Never rejects. Call it once. */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const error = await this.#round(signal);
      if (signal.aborted) break;
      const waitMs = this.#finish(error);
      if (waitMs > 0) await sleep(waitMs, signal);
    }
    this.#synced.reject(signal.reason);
  }

  /** Lists, unless a resourceVersion to watch from is known, then watches once; returns the first error. */
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

  /** Reports the error of a round and sets the next state; returns the milliseconds until the next round. */
  #finish(error: unknown): number {
    const watch = this.#state.name === "watching" ? this.#state : undefined;
    if (error !== undefined && !isGone(error)) this.#report(error);
    const retryAfterMs = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    if (watch && isRefused(error)) {
      // RBAC allows lists and forbids watches. Each round tries the watch again, because roles change.
      this.#relist();
      this.#backoff.reset();
      return Math.max(this.#options.pollMs ?? POLL_MS, retryAfterMs);
    }
    if (watch && (isPositionLost(error) || watch.resourceVersion === "")) this.#relist();
    // An expired resourceVersion is normal, unless a list has just returned it.
    const expired = watch?.resumed && isGone(error);
    if (watch?.productive || expired) this.#backoff.reset();
    if (expired || (watch?.productive && error === undefined)) return 0;
    return Math.max(this.#backoff.next(), retryAfterMs);
  }

  #relist(): void {
    this.#state = { name: "listing", synced: this.hasSynced };
  }

  /** Lists the kind and changes to `watching`; stays `listing` when the signal aborts. */
  async #list(signal: AbortSignal): Promise<void> {
    let resourceVersion: string | undefined;
    try {
      resourceVersion = await this.#readPages(signal);
    } catch (error) {
      if (!isGone(error)) throw error;
      // The continue token expired between two pages: list again, in one piece.
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

  /** Emits the changes of all pages; returns the list's resourceVersion, or undefined after an abort. */
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
    // One timer serves many events: when it fires, it is set again for the time that is left.
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

/** Whether the server refused the request: RBAC forbids it (403), or the kind lacks the verb (405). */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.reason === "Forbidden" || error.code === 405);
}

/** Whether a watch from this resourceVersion cannot continue, so that the next request must be a list. */
function isPositionLost(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  // NotFound: the kind was deleted. If it is created again under the same name, its objects are others.
  return error.reason === "Gone" || error.reason === "NotFound" ||
    error.causes.some((cause) => cause.reason === "ResourceVersionTooLarge");
}
