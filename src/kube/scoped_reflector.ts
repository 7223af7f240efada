/** A reflector that watches a kind in all namespaces or, when RBAC forbids that, in single namespaces. */
import type { KindRef } from "../api/mod.ts";
import {
  isRefused,
  Reflector,
  type ReflectorHandlers,
  type ReflectorOptions,
} from "./reflector.ts";
import { sleep } from "./timers.ts";
import type { KubeClient } from "./types.ts";

/** The selection that a scoped reflector watches, and its callbacks. */
export interface ScopedOptions extends Omit<ReflectorOptions, "namespace"> {
  /** Called when RBAC begins to forbid the list of all namespaces: the objects seen so far may be stale. */
  onLost?: () => void;
}

/** The watch of one namespace. */
interface NamespaceWatch {
  readonly stop: AbortController;
  readonly reflector: Reflector;
  /** Resolves to true after the first list, to false when it is refused or stopped. */
  readonly synced: Promise<boolean>;
}

/** The scope that RBAC allows, as far as it is known. */
type Scope =
  /** The first list of all namespaces has neither succeeded nor been refused yet. */
  | { readonly name: "unknown" }
  /** The list of all namespaces succeeded. */
  | { readonly name: "everywhere" }
  /** The list of all namespaces was refused; `watches` holds the watches of single namespaces, by name. */
  | { readonly name: "namespaces"; readonly watches: Map<string, NamespaceWatch> };

/**
 * How long the watches of single namespaces continue after the first list of all namespaces, in
 * milliseconds: they may still deliver events that are older than that list.
 */
const OVERLAP_MS = 5_000;

/**
 * Lists and watches one kind in the widest scope that RBAC allows. It keeps trying the list of all
 * namespaces, so that it uses a permission that is granted later. While one scope replaces the other,
 * handlers may get the same change twice.
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
  /** Aborts when the reflector is stopped; replaced by the signal of {@link start}. */
  #signal: AbortSignal = new AbortController().signal;
  #scope: Scope = { name: "unknown" };

  /** Sends no request before {@link start}. */
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
    // Without this handler, Deno would end the process when a stopped reflector rejects the promise.
    this.#synced.promise.catch(() => {});
  }

  /**
   * Resolves when the list of all namespaces has succeeded or was refused; rejects with the signal's reason
   * when the signal aborts before.
   */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Whether the objects of all namespaces are known. */
  get isComplete(): boolean {
    return this.#scope.name === "everywhere";
  }

  /** Whether {@link synced} has resolved. */
  get hasSynced(): boolean {
    return this.#scope.name !== "unknown";
  }

  /** Runs until the signal aborts. Call it once. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#stopNamespaces(), { once: true });
    await this.#wide.start(signal);
    this.#synced.reject(signal.reason);
  }

  /**
   * Whether all objects of the namespace are known. If RBAC forbids the list of all namespaces, it starts a
   * watch of this namespace and waits for its first list; it resolves to false when RBAC forbids that too.
   *
   * @param namespace undefined asks for all namespaces
   */
  async covers(namespace: string | undefined): Promise<boolean> {
    const scope = this.#scope;
    if (scope.name === "everywhere") return true;
    if (scope.name === "unknown" || namespace === undefined || !this.#kind.namespaced) {
      return false;
    }
    const watch = scope.watches.get(namespace) ?? this.#watch(namespace);
    scope.watches.set(namespace, watch);
    return watch.reflector.hasSynced || (await watch.synced && this.#scope === scope);
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
    stop.signal.addEventListener("abort", () => resolve(false), { once: true });
    if (this.#signal.aborted) stop.abort();
    void reflector.start(stop.signal);
    return { stop, reflector, synced };
  }

  /** The list of all namespaces succeeded: the watches of single namespaces end after the overlap. */
  #enterEverywhere(): void {
    const before = this.#scope;
    if (before.name === "everywhere") return;
    this.#scope = { name: "everywhere" };
    this.#synced.resolve();
    if (before.name === "unknown" || before.watches.size === 0) return;
    void sleep(OVERLAP_MS, this.#signal).then(() => stopAll(before.watches));
  }

  #onWideError(error: unknown): void {
    // If only the watch is refused, the reflector polls with lists and still knows all objects.
    if (isRefused(error) && !this.#wide.mayList) this.#enterNamespaces();
    this.#options.onError?.(error);
  }

  /** The list of all namespaces was refused. */
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
