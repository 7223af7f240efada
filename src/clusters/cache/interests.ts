/** Records which external objects each instance reads. */
import { gvkKey, type KindRef, type ObjectMeta } from "../../api/mod.ts";
import { matchLabels } from "../../reconcile/mod.ts";

/**
 * The external objects that an instance reads: one object by its name, or several objects by their labels.
 */
export interface Interest {
  /** The kind of the external objects. */
  kind: KindRef;
  /** The namespace of the external objects; absent for all namespaces and for cluster-scoped kinds. */
  namespace?: string;
  /** The name of a single object; absent when the objects are selected by their labels. */
  name?: string;
  /** The label selector of the objects. An absent or empty selector matches all objects. */
  labelSelector?: string;
}

/** The number of interests in the objects of one kind. */
export interface InterestCount {
  /** The kind of the external objects. */
  kind: KindRef;
  /** The number of interests that name a single object. */
  byName: number;
  /** The number of interests that select objects by their labels. */
  byLabel: number;
}

/**
 * The interests of all instances in external objects. Finds the instances that must be requeued when an
 * object changes.
 */
export class Interests {
  /**
   * The interests in external objects. The key of the outer map is the kind, the key of the middle map is the
   * instance, and the key of the inner map is the {@link keyOf} of the interest.
   */
  readonly #byKind = new Map<string, Map<string, Map<string, Interest>>>();

  /** Adds an interest of the instance in external objects. */
  add(instance: string, interest: Interest): void {
    const kind = gvkKey(interest.kind);
    const instances = this.#byKind.get(kind) ?? new Map<string, Map<string, Interest>>();
    const entries = instances.get(instance) ?? new Map<string, Interest>();
    entries.set(keyOf(interest), interest);
    instances.set(instance, entries);
    this.#byKind.set(kind, instances);
  }

  /** Replaces all interests of the instance by the given interests. */
  replace(instance: string, interests: readonly Interest[]): void {
    for (const [kind, instances] of this.#byKind) {
      instances.delete(instance);
      if (instances.size === 0) this.#byKind.delete(kind);
    }
    for (const interest of interests) this.add(instance, interest);
  }

  /** Returns the instances that have an interest in objects of the kind. */
  ofKind(kind: KindRef): string[] {
    return [...this.#byKind.get(gvkKey(kind))?.keys() ?? []];
  }

  /** Returns the number of interests for each kind. */
  counts(): InterestCount[] {
    return [...this.#byKind.values()].flatMap((instances) => {
      const all = [...instances.values()].flatMap((entries) => [...entries.values()]);
      const byName = all.filter(({ name }) => name !== undefined).length;
      return all[0] ? [{ kind: all[0].kind, byName, byLabel: all.length - byName }] : [];
    });
  }

  /**
   * Returns the instances that have an interest in an object. `states` are states of the object, such as
   * before and after a change. An instance is returned if its interest matches at least one state.
   */
  matching(kind: KindRef, ...states: readonly (ObjectMeta | undefined)[]): string[] {
    const instances = this.#byKind.get(gvkKey(kind)) ?? [];
    return [...instances].filter(([, entries]) =>
      [...entries.values()].some((interest) =>
        states.some((state) => state && reads(interest, state))
      )
    ).map(([instance]) => instance);
  }
}

function reads(interest: Interest, metadata: ObjectMeta): boolean {
  if (interest.namespace !== undefined && interest.namespace !== metadata.namespace) return false;
  if (interest.name !== undefined) return interest.name === metadata.name;
  return matchLabels(interest.labelSelector ?? "", metadata.labels);
}

function keyOf({ namespace, name, labelSelector }: Interest): string {
  return JSON.stringify([namespace, name, labelSelector]);
}
