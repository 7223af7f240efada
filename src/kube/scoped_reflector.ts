/** A reflector that watches a kind in all namespaces or, where RBAC forbids that, in single ones. */
import type { KindRef } from "../api/mod.ts";
import {
  isRefused,
  Reflector,
  type ReflectorHandlers,
  type ReflectorOptions,
} from "./reflector.ts";
import { sleep } from "./timers.ts";
import type { KubeClient } from "./types.ts";

/** What to watch. */
export interface ScopedOptions extends Omit<ReflectorOptions, "namespace"> {
  /** Called when the list of all namespaces loses its permission: what it handed over may be stale. */
  onLost?: () => void;
}

/** The watch of one namespace. */
interface NamespaceWatch {
  readonly stop: AbortController;
  readonly reflector: Reflector;
  /** Resolves to true after the first list, to false when it is refused or stopped. */
  readonly synced: Promise<boolean>;
}

/** What the server allows, as far as it is known. */
type Scope =
  /** Neither listed nor refused yet. */
  | { readonly name: "unknown" }
  /** All namespaces are listed. */
  | { readonly name: "everywhere" }
  /** The list of all namespaces is refused; `watches` holds those of single namespaces, by name. */
  | { readonly name: "namespaces"; readonly watches: Map<string, NamespaceWatch> };

/**
 * How long watches of namespaces continue beside the one of all namespaces, in milliseconds: they may
 * have events to deliver that are older than its list.
 */
const OVERLAP_MS = 5_000;

/**
 * Lists and watches one kind in the widest scope that RBAC allows. It asks for all namespaces all the
 * time, so that a permission granted later is used. While one scope replaces the other, handlers may
 * get the same change twice.
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
    // A stopped reflector rejects the promise; without this handler Deno ends the process for it.
    this.#synced.promise.catch(() => {});
  }

  /**
   * Resolves when all namespaces are listed, or the list of all is refused; rejects with the signal's
   * reason when stopped before.
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
   * Resolves to true when all objects of the namespace are known; if RBAC forbids the list of all
   * namespaces, a watch of this one is started for it. Resolves to false when they cannot be known.
   * Without a namespace the question is about all of them.
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

  /** The list of all namespaces succeeded: the watches of single ones end after the overlap. */
  #enterEverywhere(): void {
    const before = this.#scope;
    if (before.name === "everywhere") return;
    this.#scope = { name: "everywhere" };
    this.#synced.resolve();
    if (before.name === "unknown" || before.watches.size === 0) return;
    void sleep(OVERLAP_MS, this.#signal).then(() => stopAll(before.watches));
  }

  #onWideError(error: unknown): void {
    // With a refused watch but an allowed list the reflector polls: that is as complete.
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
