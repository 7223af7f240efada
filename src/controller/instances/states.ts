/** The instances of one kind as the JSON API shows them. */
import type { KindRef, ObjectRef } from "../../api/mod.ts";
import type { Graph } from "../../graph/mod.ts";
import type { Health } from "../health.ts";
import type { Observer } from "../observe/observer.ts";
import type { Facts, InstanceView, NodeObject } from "../view.ts";
import type { InstanceRecords } from "./records.ts";
import type { InstanceStore } from "./store.ts";

/** Reads the stored instances and the records of their passes. Each `key` is a key of the store. */
export class InstanceStates {
  readonly #kind: KindRef;
  readonly #store: InstanceStore;
  readonly #records: InstanceRecords;
  readonly #observer?: Observer;

  /** Creates a view of the instances in the store. */
  constructor(
    kind: KindRef,
    store: InstanceStore,
    records: InstanceRecords,
    observer: Observer | undefined,
  ) {
    this.#kind = kind;
    this.#store = store;
    this.#records = records;
    this.#observer = observer;
  }

  /** The kind of the instances. */
  get kind(): KindRef {
    return this.#kind;
  }

  /** Returns the keys of all instances, in the form `namespace/name`, sorted. */
  sortedKeys(): readonly string[] {
    return this.#store.sortedKeys();
  }

  /**
   * Returns an instance as the JSON API shows it; undefined when the instance does not exist. The findings of
   * a pass appear here before the pass writes the status, so a client that has seen the new status also sees
   * the findings.
   */
  view(key: string): InstanceView | undefined {
    const instance = this.#store.get(key);
    if (!instance) return undefined;
    const observed = this.#observer?.instance(this.#kind, key);
    const more = observed && { differences: observed.children.length, observed };
    return { ...this.#records.view(key, instance), ...more };
  }

  /** Returns the health of each instance. */
  healths(): Health[] {
    return this.#store.keys().flatMap((key) => {
      const instance = this.#store.get(key);
      return instance ? [this.#records.health(key, instance)] : [];
    });
  }

  /** Returns the instances whose last pass found a problem, each with the message of the first problem. */
  *problems(): Generator<{ namespace: string; name: string; message: string }> {
    for (const key of this.#store.keys()) {
      const instance = this.#store.get(key);
      const message = instance && this.#records.problem(key, instance);
      if (!instance || message === undefined) continue;
      const { namespace = "", name = "" } = instance.metadata;
      yield { namespace, name, message };
    }
  }

  /** Returns the state and the labels of an instance; undefined when the instance does not exist. */
  facts(key: string): Facts | undefined {
    const instance = this.#store.get(key);
    if (!instance) return undefined;
    return { state: this.#records.state(key, instance), labels: instance.metadata.labels };
  }

  /**
   * Returns the reference to an instance, or to an object that the last pass over the instance applied or read;
   * undefined when the instance or the object is unknown.
   *
   * @param graph The graph that the passes use.
   */
  objectRef(key: string, graph: Graph | undefined, object?: NodeObject): ObjectRef | undefined {
    const instance = this.view(key);
    if (!instance) return undefined;
    const { namespace, name } = object ?? instance;
    const at = { ...namespace && { namespace }, name };
    if (!object) return { kind: this.#kind, ...at };
    const kind = graph?.nodes.get(object.node)?.kind;
    const isKnown = instance.nodes.find(({ id }) => id === object.node)?.objects
      .some((each) => each.name === name && each.namespace === namespace);
    return kind && isKnown ? { kind, ...at } : undefined;
  }
}
