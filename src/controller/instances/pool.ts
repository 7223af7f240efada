/**
 * The instance controllers of all kinds, with a shared work queue. Each generated CRD has one instance
 * controller.
 */
import { getLogger } from "@logtape/logtape";
import { type GroupVersionKind, type KindRef, plainKind } from "../../api/mod.ts";
import type { InstanceId } from "../../clusters/mod.ts";
import type { InstanceConditions } from "../metrics/instances.ts";
import type { QueueOptions } from "../queue/options.ts";
import { WorkQueue } from "../queue/queue.ts";
import type { WorkResult } from "../queue/work.ts";
import { InstanceController } from "./instance_controller.ts";
import type { InstanceDeps } from "./instance_deps.ts";

/**
 * The options of the pool of instance controllers. The keys of its work queue are instances, and the
 * background keys are the instances that are requeued because their graph changed.
 */
export interface PoolOptions extends
  InstanceDeps,
  Pick<
    QueueOptions,
    "workers" | "background" | "minDelayMs" | "maxDelayMs" | "retryRate" | "maxRetries" | "returnMs"
  > {}

const logger = getLogger(["kro", "instance"]);

/** Creates and removes the instance controllers of all kinds, and runs their passes from one work queue. */
export class InstancePool {
  readonly #options: PoolOptions;
  readonly #controllers = new Map<string, InstanceController>();
  readonly #queue: WorkQueue;
  readonly #unsubscribe: (() => void)[];
  #onEmpty: (crd: string) => void = () => {};

  /** Creates an empty pool. The first pass runs after {@link start}. */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.#queue = new WorkQueue((key) => this.#work(key), {
      ...options,
      onWorked: options.metrics.instanceWorked,
      onGivenUp: (key, retries) => this.#givenUp(key, retries),
    });
    const { children, externals } = options.parts;
    this.#unsubscribe = [
      children.onChange((instance) => this.#wake(instance)),
      children.onServed((key) => this.#queue.add(key)),
      externals.onChange((key) => this.#queue.add(key)),
    ];
  }

  /** Sets a listener that is called with the name of a CRD when the last instance of the CRD is gone. */
  onEmpty(listener: (crd: string) => void): void {
    this.#onEmpty = listener;
  }

  /** The shared work queue, which metrics and health checks read. */
  get queue(): WorkQueue {
    return this.#queue;
  }

  /** The kinds that have an instance controller, with the number of instances of each kind. */
  get served(): { kind: KindRef; count: number }[] {
    return [...this.#controllers.values()].map(({ kind, size }) => ({ kind, count: size }));
  }

  /** Returns the conditions of all instances, over all kinds. */
  *conditions(): Generator<InstanceConditions> {
    for (const controller of this.#controllers.values()) {
      const { kind } = controller;
      for (const key of controller.states.sortedKeys()) {
        const { namespace, name, conditions } = controller.states.view(key)!;
        yield { kind, namespace, name, conditions };
      }
    }
  }

  /** The instance caches that are not synced, as readiness reports them. */
  get missing(): string[] {
    return [...this.#controllers.values()].flatMap((controller) => controller.missing);
  }

  /**
   * Called when a CRD was created, changed or deleted, so that the caches of its kinds are filled again, or
   * send no further requests.
   */
  crdChanged(crd: string, exists: boolean): void {
    const { children, externals } = this.#options.parts;
    children.crdChanged(crd, exists);
    externals.crdChanged(crd, exists);
  }

  /** Sets which kinds the cluster serves. The caches of the other kinds send no further requests. */
  setServed(kinds: readonly { kind: GroupVersionKind; isServed: boolean }[]): void {
    const { children, externals } = this.#options.parts;
    for (const { kind, isServed } of kinds) {
      children.setServed(kind, isServed);
      externals.setServed(kind, isServed);
    }
  }

  /** Returns the instance controller of a CRD; undefined when the CRD has no instance controller. */
  of(crd: string | undefined): InstanceController | undefined {
    return crd === undefined ? undefined : this.#controllers.get(crd);
  }

  /**
   * Returns the instance controller of a kind. Creates a new controller if the kind has no controller yet, or
   * if the version or the scope of the kind has changed.
   */
  async controller(kind: KindRef): Promise<InstanceController> {
    const crd = `${kind.plural}.${kind.group}`;
    const existing = this.#controllers.get(crd);
    if (existing?.kind.version === kind.version && existing.kind.namespaced === kind.namespaced) {
      return existing;
    }
    const controller = new InstanceController(plainKind(kind), this.#options, this.#queue);
    this.#controllers.set(crd, controller);
    this.#options.metrics.kindServed();
    if (existing) await this.#end(existing);
    return controller;
  }

  /** Stops and removes the instance controller of a CRD. Called when the CRD was deleted. */
  async drop(crd: string): Promise<void> {
    const controller = this.#controllers.get(crd);
    this.#controllers.delete(crd);
    if (controller) await this.#end(controller);
  }

  async #end(controller: InstanceController): Promise<void> {
    await controller.stop();
    await this.#options.metrics.kindGone(controller.kind);
  }

  /**
   * Starts the workers. Also resumes them after {@link pause}; passes then use no graph that was served before
   * the pause.
   */
  start(): void {
    for (const controller of this.#controllers.values()) controller.awaitGraph();
    this.#queue.start();
  }

  /** Starts no further passes until {@link start} is called. Resolves when the running passes have ended. */
  pause(): Promise<void> {
    return this.#queue.pause();
  }

  /** Waits until the running passes have ended, and then stops all watches. */
  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#queue.stop();
    await this.stopWatches();
  }

  /** Stops all watches immediately, without waiting for running passes. */
  async stopWatches(): Promise<void> {
    await Promise.all([...this.#controllers.values()].map((controller) => controller.stop()));
  }

  async #work(key: string): Promise<WorkResult> {
    const separator = key.indexOf("|");
    const crd = key.slice(0, separator);
    const controller = this.#controllers.get(crd);
    if (!controller) return "done";
    const result = await controller.pass(key.slice(separator + 1));
    if (controller.size === 0) this.#onEmpty(crd);
    return result;
  }

  #givenUp(key: string, retries: number): void {
    const [crd = "", instance = ""] = key.split("|");
    logger.error(
      "instance {instance} of {crd} failed {retries} times in a row, no more retries: it is reconciled " +
        "again at its next change, at a change of its objects, or at the resync",
      { crd, instance, retries },
    );
  }

  #wake(instance: InstanceId): void {
    for (const controller of this.#controllers.values()) {
      const { group, kind } = controller.kind;
      if (group === instance.group && kind === instance.kind) controller.wake(instance);
    }
  }
}
