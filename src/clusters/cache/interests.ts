/** Records which instances read which external objects. */
import { gvkKey, type KindRef, type ObjectMeta } from "../../api/mod.ts";
import { matchLabels } from "../../reconcile/mod.ts";

/** An instance's read of external objects: of one by name, or of several by label. */
export interface Interest {
  /** The kind. */
  kind: KindRef;
  /** One namespace; absent for all and for cluster-scoped kinds. */
  namespace?: string;
  /** One object; absent for objects by label. */
  name?: string;
  /** A label selector; absent or empty selects all. */
  labelSelector?: string;
}

/** The number of interests in objects of a kind. */
export interface InterestCount {
  /** The kind. */
  kind: KindRef;
  /** Interests in one object by name. */
  byName: number;
  /** Interests in objects by label. */
  byLabel: number;
}

/** The interests of all instances, to find those that a change of an object concerns. */
export class Interests {
  /** By kind, instance, and {@link keyOf}. */
  readonly #byKind = new Map<string, Map<string, Map<string, Interest>>>();

  /** Adds an interest of the instance. */
  add(instance: string, interest: Interest): void {
    const kind = gvkKey(interest.kind);
    const instances = this.#byKind.get(kind) ?? new Map<string, Map<string, Interest>>();
    const entries = instances.get(instance) ?? new Map<string, Interest>();
    entries.set(keyOf(interest), interest);
    instances.set(instance, entries);
    this.#byKind.set(kind, instances);
  }

  /** Replaces all interests of the instance. */
  replace(instance: string, interests: readonly Interest[]): void {
    for (const [kind, instances] of this.#byKind) {
      instances.delete(instance);
      if (instances.size === 0) this.#byKind.delete(kind);
    }
    for (const interest of interests) this.add(instance, interest);
  }

  /** The number of interests, by kind. */
  counts(): InterestCount[] {
    return [...this.#byKind.values()].flatMap((instances) => {
      const all = [...instances.values()].flatMap((entries) => [...entries.values()]);
      const byName = all.filter(({ name }) => name !== undefined).length;
      return all[0] ? [{ kind: all[0].kind, byName, byLabel: all.length - byName }] : [];
    });
  }

  /** The instances whose interests match an object in any of its states, before or after a change. */
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
