/** Watches a kind everywhere or, where that is refused, in the namespaces that somebody asks for. */
import type { KindRef } from "../api/mod.ts";
import {
  isRefused,
  Reflector,
  type ReflectorHandlers,
  type ReflectorOptions,
} from "./reflector.ts";
import { sleep } from "./timers.ts";
import type { KubeClient } from "./types.ts";

/** What to watch, and whom to tell when all of it has to be told anew. */
export interface ScopedOptions extends Omit<ReflectorOptions, "namespace"> {
  /** What the watch over everything told no longer stands: it lost its permission. */
  onLost?: () => void;
}

/** One namespace, while not everything may be watched. */
interface Place {
  readonly stop: AbortController;
  readonly reflector: Reflector;
  /** Resolves to true when it is complete, to false when it is refused. */
  readonly known: Promise<boolean>;
}

/** How long watches of namespaces go on beside that of everything: for what they were about to tell. */
const OVERLAP_MS = 5_000;

/**
 * Asks for everything all the time, so that it comes back with the permission. Handlers may be told of
 * an object twice while one takes over from the other.
 */
export class ScopedReflector {
  readonly #client: KubeClient;
  readonly #kind: KindRef;
  readonly #options: ScopedOptions;
  readonly #handlers: ReflectorHandlers;
  readonly #wide: Reflector;
  readonly #places = new Map<string, Place>();
  readonly #settled = Promise.withResolvers<void>();
  #scope: "unknown" | "everywhere" | "namespaces" = "unknown";
  #signal?: AbortSignal;

  /** Starts nothing yet. */
  constructor(
    client: KubeClient,
    kind: KindRef,
    options: ScopedOptions,
    handlers: ReflectorHandlers,
  ) {
    this.#client = client;
    this.#kind = kind;
    this.#options = options;
    this.#handlers = handlers;
    const { onLost: _, ...rest } = options;
    this.#wide = new Reflector(client, kind, {
      ...rest,
      onError: (error) => this.#failed(error),
      onListed: (list) => {
        this.#everywhere();
        rest.onListed?.(list);
      },
    }, handlers);
    this.#settled.promise.catch(() => {});
  }

  /** Resolves when everything is known, or when it is clear that only namespaces can be; rejects when stopped before. */
  get synced(): Promise<void> {
    return this.#settled.promise;
  }

  /** Whether everything is known. */
  get isComplete(): boolean {
    return this.#scope === "everywhere";
  }

  /** Whether everything is known, or only namespaces can be. */
  get hasSynced(): boolean {
    return this.#scope !== "unknown";
  }

  /** Runs until the signal aborts. Call it once. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#stopPlaces(), { once: true });
    await this.#wide.start(signal);
    this.#settled.reject(signal.reason);
  }

  /**
   * Resolves to true when all objects of the namespace are known, by a watch of it alone if need be; to
   * false when they cannot be. Without a namespace that is everything.
   */
  async covers(namespace: string | undefined): Promise<boolean> {
    if (this.#scope === "everywhere") return true;
    if (this.#scope === "unknown" || namespace === undefined || !this.#kind.namespaced) {
      return false;
    }
    const place = this.#places.get(namespace) ?? this.#watch(namespace);
    return place.reflector.hasSynced || (await place.known && this.#scope === "namespaces");
  }

  #watch(namespace: string): Place {
    const stop = new AbortController();
    const { promise: known, resolve } = Promise.withResolvers<boolean>();
    const { onLost: _, ...rest } = this.#options;
    const reflector = new Reflector(this.#client, this.#kind, {
      ...rest,
      namespace,
      onError: (error) => {
        if (isRefused(error)) resolve(false);
        this.#options.onError?.(error);
      },
    }, { ...this.#handlers, synced: () => resolve(true) });
    const place = { stop, reflector, known };
    this.#places.set(namespace, place);
    stop.signal.addEventListener("abort", () => resolve(false), { once: true });
    if (this.#signal?.aborted) stop.abort();
    void reflector.start(stop.signal);
    return place;
  }

  #everywhere(): void {
    if (this.#scope === "everywhere") return;
    this.#scope = "everywhere";
    this.#settled.resolve();
    const places = [...this.#places.values()];
    this.#places.clear();
    if (places.length === 0) return;
    void sleep(OVERLAP_MS, this.#signal!).then(() => places.forEach(({ stop }) => stop.abort()));
  }

  #failed(error: unknown): void {
    // A refused watch alone is polled: lists are as complete.
    if (isRefused(error) && !this.#wide.mayList && this.#scope !== "namespaces") {
      const was = this.#scope;
      this.#scope = "namespaces";
      if (was === "everywhere") {
        this.#wide.forget();
        this.#options.onLost?.();
      }
      this.#settled.resolve();
    }
    this.#options.onError?.(error);
  }

  #stopPlaces(): void {
    for (const { stop } of this.#places.values()) stop.abort();
    this.#places.clear();
  }
}
