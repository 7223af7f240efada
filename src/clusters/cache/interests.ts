/** Which instance reads which objects of others. */
import { gvkKey, type KindRef, type ObjectMeta } from "../../api/mod.ts";
import { matchLabels } from "../../reconcile/mod.ts";

/** What an instance reads of others: one object by name, or objects by label. */
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

/** How many interests there are in objects of a kind. */
export interface InterestCount {
  /** The kind. */
  kind: KindRef;
  /** In one object, by its name. */
  byName: number;
  /** In objects by label. */
  byLabel: number;
}

/** See the file's first line. */
export class Interests {
  /** By kind, instance, and the interest's own text. */
  readonly #byKind = new Map<string, Map<string, Map<string, Interest>>>();

  /** Adds one. */
  add(instance: string, interest: Interest): void {
    const kind = gvkKey(interest.kind);
    const instances = this.#byKind.get(kind) ?? new Map<string, Map<string, Interest>>();
    const entries = instances.get(instance) ?? new Map<string, Interest>();
    entries.set(textOf(interest), interest);
    instances.set(instance, entries);
    this.#byKind.set(kind, instances);
  }

  /** Replaces all of the instance. */
  replace(instance: string, interests: readonly Interest[]): void {
    for (const [kind, instances] of this.#byKind) {
      instances.delete(instance);
      if (instances.size === 0) this.#byKind.delete(kind);
    }
    for (const interest of interests) this.add(instance, interest);
  }

  /** How many there are, by kind. */
  counts(): InterestCount[] {
    return [...this.#byKind.values()].flatMap((instances) => {
      const all = [...instances.values()].flatMap((entries) => [...entries.values()]);
      const byName = all.filter(({ name }) => name !== undefined).length;
      return all[0] ? [{ kind: all[0].kind, byName, byLabel: all.length - byName }] : [];
    });
  }

  /** Instances that read the object, as it was or as it is: a changed label counts both ways. */
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

function textOf({ namespace, name, labelSelector }: Interest): string {
  return JSON.stringify([namespace, name, labelSelector]);
}
