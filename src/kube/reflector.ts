/** List, then watch, for ever: one kind's objects as a stream of changes that survives every failure. */
import { ApiError, isGone, type KindRef, type KubeObject } from "../api/mod.ts";
import { Backoff } from "./backoff.ts";
import { SilenceError } from "./errors.ts";
import { type Change, KnownObjects } from "./known_objects.ts";
import { sleep } from "./timers.ts";
import type { KubeClient, ListOptions } from "./types.ts";

/** Called one after another, in the order of the server's changes. */
export interface ReflectorHandlers {
  /** An object came up, or was there at the first list. */
  added(object: KubeObject): void;
  /** An object changed. */
  modified(object: KubeObject): void;
  /** An object is gone. If that was noticed by a list, only its identity is known. */
  deleted(object: KubeObject): void;
  /** Once, when the first list has been handed over. */
  synced?(): void;
}

/** A list that was handed over in full. */
export interface Listed {
  /** The moment that it shows; empty when the server does not say. */
  resourceVersion: string;
  /** Of this namespace alone. */
  namespace?: string;
  /** Whether it showed the object. */
  has(at: { namespace?: string; name?: string }): boolean;
}

/** What to watch, and how failures are told. */
export interface ReflectorOptions extends ListOptions {
  /** Every failure but an expired resourceVersion; it goes on trying all the same. */
  onError?: (error: unknown) => void;
  /** Waits between attempts. */
  backoff?: Backoff;
  /** Told of every list that was handed over, also of later ones. */
  onListed?: (list: Listed) => void;
  /** Where lists are allowed and watches are not: milliseconds between lists, 10 s by default. */
  pollMs?: number;
}

// A server speaks about once a minute, by bookmarks; one that has none is asked again, which costs little.
const SILENCE_MS = 100_000;
const PRODUCTIVE_MS = 5_000;
const POLL_MS = 10_000;

/** Watches one kind. It keeps no objects, only each one's uid and resourceVersion. */
export class Reflector {
  readonly #client: KubeClient;
  readonly #kind: KindRef;
  readonly #options: ReflectorOptions;
  readonly #handlers: ReflectorHandlers;
  readonly #known: KnownObjects;
  readonly #backoff: Backoff;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;
  #resourceVersion = "";
  #productive = false;
  #listed = false;

  /** Starts nothing yet. */
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
    // Whoever waits gets the rejection; nobody has to.
    this.#synced.promise.catch(() => {});
  }

  /** Resolves after the first list; rejects when it is stopped before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Whether the first list has been handed over. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Whether the last list was allowed. */
  get mayList(): boolean {
    return this.#listed;
  }

  /** How far the handlers have seen; empty before the first list. */
  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  /** How many objects are known. */
  get size(): number {
    return this.#known.size;
  }

  /** For handlers that have dropped what they were told: the next list tells of everything again. */
  forget(): void {
    this.#known.clear();
    this.#resourceVersion = "";
  }

  /** Runs until the signal aborts; resolves when nothing of it is left. Call it once. */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#productive = false;
      const resumed = this.#resourceVersion !== "";
      this.#listed = resumed;
      let error: unknown;
      try {
        if (!resumed) await this.#list(signal);
        if (!signal.aborted) await this.#watch(signal);
      } catch (caught) {
        error = caught;
      }
      if (signal.aborted) break;
      const asked = this.#judge(error);
      if (this.#listed && isRefused(error)) {
        // Each round asks for the watch again: permissions come and go.
        this.#resourceVersion = "";
        this.#backoff.reset();
        await sleep(Math.max(this.#options.pollMs ?? POLL_MS, asked), signal);
        continue;
      }
      // An expired position is no failure, unless a list has just given it.
      const expired = resumed && isGone(error);
      if (this.#productive || expired) this.#backoff.reset();
      if (expired || (this.#productive && error === undefined)) continue;
      await sleep(Math.max(this.#backoff.next(), asked), signal);
    }
    this.#synced.reject(signal.reason);
  }

  /** Tells the failure and forgets a position that cannot be resumed; milliseconds that the server asks to wait. */
  #judge(error: unknown): number {
    if (error === undefined) return 0;
    if (!isGone(error)) this.#report(error);
    if (!(error instanceof ApiError)) return 0;
    const ahead = error.causes.some((cause) => cause.reason === "ResourceVersionTooLarge");
    // NotFound: the kind itself went; what comes back under its name is told by a list.
    if (ahead || error.reason === "Gone" || error.reason === "NotFound") this.#resourceVersion = "";
    return (error.retryAfterSeconds ?? 0) * 1000;
  }

  async #list(signal: AbortSignal): Promise<void> {
    let resourceVersion: string | undefined;
    try {
      resourceVersion = await this.#readPages(signal);
    } catch (error) {
      if (!isGone(error)) throw error;
      // The list outlived the server's memory of it: once more, in one piece.
      resourceVersion = await this.#readPages(signal, 0);
    }
    if (resourceVersion === undefined) return;
    this.#emit(this.#known.endList());
    this.#resourceVersion = resourceVersion;
    this.#listed = true;
    const { namespace } = this.#options;
    const listed = { resourceVersion, namespace, has: this.#known.has };
    this.#call(() => this.#options.onListed?.(listed));
    if (this.#hasSynced) return;
    this.#hasSynced = true;
    this.#call(() => this.#handlers.synced?.());
    this.#synced.resolve();
  }

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

  /** One connection. Silence beyond what a living server keeps ends it; the next one resumes. */
  async #watch(signal: AbortSignal): Promise<void> {
    const timeoutSeconds = Math.round(300 + Math.random() * 300);
    const connection = new AbortController();
    const stop = () => connection.abort();
    const silent = () => connection.abort(new SilenceError("nothing came for too long"));
    signal.addEventListener("abort", stop, { once: true });
    const started = performance.now();
    let heard = started;
    // One timer for many events: when it is due it looks how long it has really been.
    const look = () => {
      const left = heard + SILENCE_MS - performance.now();
      if (left <= 0) silent();
      else watchdog = setTimeout(look, left);
    };
    let watchdog = setTimeout(look, SILENCE_MS);
    try {
      const events = this.#client.watch(this.#kind, {
        ...this.#selection(),
        resourceVersion: this.#resourceVersion,
        timeoutSeconds,
        signal: connection.signal,
      });
      for await (const event of events) {
        if (signal.aborted) return;
        this.#productive = true;
        heard = performance.now();
        if (event.type === "BOOKMARK") {
          this.#resourceVersion = event.resourceVersion;
        } else {
          this.#emit(this.#known.fromEvent(event));
          this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion;
        }
      }
    } finally {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", stop);
      if (performance.now() - started > PRODUCTIVE_MS) this.#productive = true;
    }
  }

  #selection(): ListOptions {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#options;
    return { namespace, labelSelector, fieldSelector, metadataOnly };
  }

  #emit(changes: readonly Change[]): void {
    for (const { type, object } of changes) this.#call(() => this.#handlers[type](object));
  }

  /** A handler's failure is told, and costs nobody else an event. */
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

/** True when the server does not allow the request at all: no right to it, or no such verb of the kind. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.reason === "Forbidden" || error.code === 405);
}
