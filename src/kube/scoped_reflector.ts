/** Watches the objects of a kind in the whole cluster or, when RBAC forbids this, in single namespaces. */
import { inBackground, type KindRef } from "../api/mod.ts";
import { isRefused } from "./list_errors.ts";
import { Reflector, type ReflectorHandlers, type ReflectorOptions } from "./reflector.ts";
import { sleep } from "./timers.ts";
import type { KubeClient } from "./types.ts";

/** The options of a scoped reflector: the selection of objects to watch, and callbacks. */
export interface ScopedOptions extends Omit<ReflectorOptions, "namespace"> {
  /**
   * Called when RBAC no longer allows this process to list the objects of the whole cluster. The objects
   * reported so far are then no longer watched, so copies of these objects may be out of date.
   */
  onLost?: () => void;
}

/** The watch of one namespace. */
interface NamespaceWatch {
  readonly stop: AbortController;
  readonly reflector: Reflector;
  /**
   * A promise that resolves to true after the first list of the namespace. It resolves to false when the
   * API server refuses the list or when the watch is stopped.
   */
  readonly synced: Promise<boolean>;
}

/**
 * Whether RBAC allows this process to list the objects of the whole cluster, or only of single namespaces.
 */
type Scope =
  /** No list of the whole cluster has succeeded or been refused yet. */
  | { readonly name: "unknown" }
  /** A list of the whole cluster has succeeded. */
  | { readonly name: "everywhere" }
  /**
   * A list of the whole cluster was refused. `watches` contains the watches of single namespaces. Its keys
   * are the names of the namespaces.
   */
  | { readonly name: "namespaces"; readonly watches: Map<string, NamespaceWatch> };

/**
 * The time for which the watches of single namespaces continue after a list of the whole cluster has
 * succeeded, in milliseconds. In this time, these watches may deliver events that are older than the list.
 */
const OVERLAP_MS = 5_000;

/**
 * Lists and watches the objects of one kind in as many namespaces as RBAC allows. If RBAC forbids a list of
 * the whole cluster, the list is tried again and again, so that a permission granted later is used. While a
 * watch of the whole cluster replaces the watches of single namespaces or vice versa, the handlers may be
 * called twice with the same change.
 *
 * @example
 * ```ts
 * import { connect, LEASE_KIND, loadConfig, ScopedReflector } from "./mod.ts";
 *
 * const client = connect(await loadConfig(), { userAgent: "kro/1.0" });
 * const handlers = { added() {}, modified() {}, deleted() {} };
 * const reflector = new ScopedReflector(client, LEASE_KIND, {}, handlers);
 * void reflector.start(AbortSignal.timeout(60_000));
 * await reflector.synced;
 * console.log(await reflector.covers("kro-system"));
 * ```
 */
export class ScopedReflector {
  readonly #client: KubeClient;
  readonly #kind: KindRef;
  readonly #options: ScopedOptions;
  readonly #handlers: ReflectorHandlers;
  readonly #wide: Reflector;
  readonly #synced = Promise.withResolvers<void>();
  /** The signal that stops the watches; replaced by the signal that {@link start} is called with. */
  #signal: AbortSignal = new AbortController().signal;
  #scope: Scope = { name: "unknown" };
  #isDefined = true;

  /** Creates a reflector. The first request is sent after {@link start} is called. */
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
      onError: (error) => this.#onWideError(error),
      onListed: (list) => {
        this.#enterEverywhere();
        rest.onListed?.(list);
      },
    }, handlers);
    // The promise rejects if the reflector stops before its first list. Deno would end the process if this
    // rejection had no handler.
    this.#synced.promise.catch(() => {});
  }

  /**
   * A promise that resolves when a list of the whole cluster has succeeded or was refused. The promise
   * rejects with the signal's reason when the signal aborts earlier.
   */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /**
   * Reports whether all objects of the namespace are known at this moment. Unlike {@link covers}, this method
   * starts no watch.
   *
   * @param namespace The name of the namespace. Undefined means all namespaces.
   */
  coversNow(namespace: string | undefined): boolean {
    const scope = this.#scope;
    if (scope.name !== "namespaces") return scope.name === "everywhere";
    return namespace !== undefined && (scope.watches.get(namespace)?.reflector.hasSynced ?? false);
  }

  /** Whether the promise {@link synced} has resolved. */
  get hasSynced(): boolean {
    return this.#scope.name !== "unknown";
  }

  /**
   * A string that identifies the current watch connections. If the string is the same at two times, no watch
   * was interrupted between them. Undefined while one of the reflectors lists or waits for its next attempt.
   */
  get connection(): string | undefined {
    const scope = this.#scope;
    const reflectors = scope.name === "namespaces"
      ? [...scope.watches.values()].map(({ reflector }) => reflector)
      : [this.#wide];
    const numbers = reflectors.map(({ connection }) => connection);
    return numbers.includes(undefined) ? undefined : numbers.join(" ");
  }

  /** Ends the delays after failed attempts. See {@link Reflector.hurry}. */
  hurry(): void {
    this.#wide.hurry();
    if (this.#scope.name !== "namespaces") return;
    for (const { reflector } of this.#scope.watches.values()) reflector.hurry();
  }

  /** Whether the kind may be defined. False only after {@link setDefined} was called with false. */
  get isDefined(): boolean {
    return this.#isDefined;
  }

  /** Sets whether the kind is defined. See {@link Reflector.setDefined}. */
  setDefined(isDefined: boolean): void {
    this.#isDefined = isDefined;
    this.#wide.setDefined(isDefined);
    if (this.#scope.name !== "namespaces") return;
    for (const { reflector } of this.#scope.watches.values()) reflector.setDefined(isDefined);
  }

  /** Lists and watches until the signal aborts. May be called only once. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#stopNamespaces(), { once: true });
    await this.#wide.start(signal);
    this.#synced.reject(signal.reason);
  }

  /**
   * Reports whether all objects of the namespace are known. If RBAC forbids a list of the whole cluster, this
   * method first starts a watch of the namespace and waits for the watch's first list. Resolves to false when
   * RBAC forbids a list of the namespace too.
   *
   * @param namespace The name of the namespace. Undefined means all namespaces.
   */
  async covers(namespace: string | undefined): Promise<boolean> {
    const scope = this.#scope;
    if (scope.name === "namespaces" && namespace !== undefined && this.#kind.namespaced) {
      const watch = scope.watches.get(namespace) ?? this.#watch(namespace);
      scope.watches.set(namespace, watch);
      if (!watch.reflector.hasSynced) await watch.synced;
    }
    return this.coversNow(namespace);
  }

  #watch(namespace: string): NamespaceWatch {
    const stop = new AbortController();
    const { promise: synced, resolve } = Promise.withResolvers<boolean>();
    const { onLost: _, ...rest } = this.#options;
    const reflector = new Reflector(this.#client, this.#kind, {
      ...rest,
      namespace,
      onError: (error) => {
        if (isRefused(error)) resolve(false);
        this.#options.onError?.(error);
      },
    }, { ...this.#handlers, synced: () => resolve(true) });
    reflector.setDefined(this.#isDefined);
    stop.signal.addEventListener("abort", () => resolve(false), { once: true });
    if (this.#signal.aborted) stop.abort();
    inBackground("watch", reflector.start(stop.signal));
    return { stop, reflector, synced };
  }

  /**
   * Called when a list of the whole cluster has succeeded. Stops the watches of single namespaces after
   * OVERLAP_MS.
   */
  #enterEverywhere(): void {
    const before = this.#scope;
    if (before.name === "everywhere") return;
    this.#scope = { name: "everywhere" };
    this.#synced.resolve();
    if (before.name === "unknown" || before.watches.size === 0) return;
    inBackground(
      "watch",
      sleep(OVERLAP_MS, this.#signal).then(() => stopAll(before.watches)),
    );
  }

  #onWideError(error: unknown): void {
    // RBAC may refuse a watch of the whole cluster but allow a list. The scope then stays the same, because
    // the reflector lists the whole cluster at intervals, so all objects remain known.
    if (isRefused(error) && !this.#wide.hasList) this.#enterNamespaces();
    this.#options.onError?.(error);
  }

  /**
   * Called when a list of the whole cluster was refused. From then on, a single namespace is watched as soon
   * as a caller needs its objects.
   */
  #enterNamespaces(): void {
    const before = this.#scope;
    if (before.name === "namespaces") return;
    this.#scope = { name: "namespaces", watches: new Map() };
    if (before.name === "everywhere") {
      this.#wide.forget();
      this.#options.onLost?.();
    }
    this.#synced.resolve();
  }

  #stopNamespaces(): void {
    if (this.#scope.name !== "namespaces") return;
    stopAll(this.#scope.watches);
    this.#scope.watches.clear();
  }
}

function stopAll(watches: ReadonlyMap<string, NamespaceWatch>): void {
  for (const { stop } of watches.values()) stop.abort();
}
