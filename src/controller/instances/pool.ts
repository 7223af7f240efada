/** The instance controllers of all kinds, one for each generated CRD, with a shared queue. */
import { getLogger } from "@logtape/logtape";
import { type KindRef, plainKind } from "../../api/mod.ts";
import type { InstanceId } from "../../clusters/mod.ts";
import type { InstanceConditions } from "../metrics/instances.ts";
import { WorkQueue, type WorkResult } from "../queue.ts";
import { InstanceController, type InstanceDeps } from "./instance_controller.ts";

/** Options of the pool. */
export interface PoolOptions extends InstanceDeps {
  /** Maximum of concurrent passes, over all kinds. */
  workers: number;
  /** Maximum of concurrent passes over instances that were requeued because their graph changed. */
  background?: number;
  /** Backoff after the first failure, in milliseconds; doubles with each further one. */
  minDelayMs?: number;
  /** Longest backoff, in milliseconds. */
  maxDelayMs?: number;
  /** Rate limit over the retries of all instances. */
  retryRate?: { perSecond: number; burst: number };
  /** Consecutive failures after which an instance waits for an event or for {@link returnMs}. */
  maxRetries?: number;
  /** Longest wait of an instance after {@link maxRetries} failures, in milliseconds. */
  returnMs?: number;
}

const logger = getLogger(["kro", "instance"]);

/** Creates and drops instance controllers, and runs their passes from one queue. */
export class InstancePool {
  readonly #options: PoolOptions;
  readonly #controllers = new Map<string, InstanceController>();
  readonly #queue: WorkQueue;
  readonly #unsubscribe: (() => void)[];
  #onEmpty: (crd: string) => void = () => {};

  /** Runs no pass before {@link start}. */
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
      externals.onChange((key) => this.#queue.add(key)),
    ];
  }

  /** Sets the function that is called with the name of a CRD when its last instance is gone. */
  onEmpty(listener: (crd: string) => void): void {
    this.#onEmpty = listener;
  }

  /** The queue, for metrics and health. */
  get queue(): WorkQueue {
    return this.#queue;
  }

  /** The kinds that have a controller, with the number of their instances. */
  get served(): { kind: KindRef; count: number }[] {
    return [...this.#controllers.values()].map(({ kind, size }) => ({ kind, count: size }));
  }

  /** The conditions of all instances. */
  *conditions(): Generator<InstanceConditions> {
    for (const controller of this.#controllers.values()) {
      const { kind } = controller;
      for (const { namespace, name, conditions } of controller.views()) {
        yield { kind, namespace, name, conditions };
      }
    }
  }

  /** Caches of instances that are not synced, as readiness reports them. */
  get missing(): string[] {
    return [...this.#controllers.values()].flatMap((controller) => controller.missing);
  }

  /** The controller of a CRD's instances; undefined when the kind has no controller. */
  of(crd: string | undefined): InstanceController | undefined {
    return crd === undefined ? undefined : this.#controllers.get(crd);
  }

  /** Returns the controller of a kind's instances; creates a new one if the version or scope changed. */
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

  /** Stops and removes the controller of a deleted CRD. */
  async drop(crd: string): Promise<void> {
    const controller = this.#controllers.get(crd);
    this.#controllers.delete(crd);
    if (controller) await this.#end(controller);
  }

  async #end(controller: InstanceController): Promise<void> {
    await controller.stop();
    await this.#options.metrics.kindGone(controller.kind);
  }

  /** Starts the workers, also after {@link pause}. */
  start(): void {
    this.#queue.start();
  }

  /** Starts no further passes until {@link start}; resolves when the running ones have ended. */
  pause(): Promise<void> {
    return this.#queue.pause();
  }

  /** Waits for the running passes, then stops all watches. */
  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#queue.stop();
    await this.stopWatches();
  }

  /** Stops all watches without waiting for passes. */
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
