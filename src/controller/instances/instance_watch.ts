/** The watch of the instances of one kind: waits until the watch is synced, and logs its failures. */
import { getLogger, type Logger } from "@logtape/logtape";
import { ApiError, errorText, groupKind, isNotFound, type KindRef } from "../../api/mod.ts";
import { Reflector, type ReflectorHandlers, within } from "../../kube/mod.ts";
import type { InstanceDeps } from "./instance_deps.ts";

/** The watch of the instances of one kind. The watch can be started once and stopped once. */
export class InstanceWatch {
  readonly #kind: KindRef;
  readonly #deps: InstanceDeps;
  readonly #stop = new AbortController();
  readonly #reflector: Reflector;
  readonly #logger: Logger = getLogger(["kro", "instance"]);
  #running?: Promise<void>;
  /** The message of the last failure; undefined when the watch has not failed or is synced. */
  #failure?: string;
  /** Whether RBAC refused the last failed request. */
  #isForbidden = false;

  /**
   * Creates the watch. The first request is sent by {@link synced}.
   *
   * @param handlers The handlers of changes of the instances.
   */
  constructor(
    kind: KindRef,
    deps: InstanceDeps,
    handlers: Omit<ReflectorHandlers, "synced">,
  ) {
    this.#kind = kind;
    this.#deps = deps;
    this.#reflector = new Reflector(deps.parts.client, kind, {
      onError: (error) => this.#failed(error),
    }, { ...handlers, synced: () => this.#failure = undefined });
  }

  /** Whether {@link stop} was called. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /**
   * Names the cache of the instances while the cache is not synced, for the report of readiness; otherwise an
   * empty list. The list is also empty if kro may not watch the kind, so that the missing permission does not
   * make kro unready.
   */
  get missing(): string[] {
    if (this.#reflector.hasSynced || this.#isForbidden) return [];
    return [`cache of ${this.#crd} is not synced`];
  }

  /**
   * Starts the watch, unless it is running. Resolves when the handlers have received all instances. Rejects
   * when the instances are not received within `syncTimeoutMs`.
   */
  async synced(): Promise<void> {
    const started = performance.now();
    this.#running ??= this.#reflector.start(this.#stop.signal);
    const { metrics, syncTimeoutMs } = this.#deps;
    const why = () => this.#failure ? `: ${this.#failure}` : "";
    const problem = () => `cache of ${this.#crd} is not synced${why()}`;
    await within(syncTimeoutMs, this.#reflector.synced, problem);
    metrics.cacheSynced(this.#kind, (performance.now() - started) / 1000);
  }

  /** Stops the watch. Resolves when no handler is called any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  get #crd(): string {
    return `${this.#kind.plural}.${this.#kind.group}`;
  }

  #failed(error: unknown): void {
    const message = errorText(error);
    this.#isForbidden = error instanceof ApiError && error.reason === "Forbidden";
    // Shortly after a CRD is established, the API server may still respond with NotFound. The first NotFound
    // is therefore not logged.
    if (message === this.#failure || (!this.#failure && isNotFound(error))) {
      this.#failure ??= message;
      return;
    }
    this.#failure = message;
    this.#logger.warn("watch of {kind} failed, retrying: {error}", {
      kind: groupKind(this.#kind),
      error: message,
    });
  }
}
