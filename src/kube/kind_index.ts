/** Looks up the kinds of a discovery document by group, version, kind, or the names that users type. */
import { type GroupVersionKind, gvkKey, isObject, type KindRef } from "../api/mod.ts";

/** A kind that the API server serves, as described by a discovery document. */
export interface DiscoveredKind extends KindRef {
  /** The singular name of the kind, in lower case. */
  singular: string;
  /** The short names of the kind, such as `deploy`. */
  shortNames: readonly string[];
  /** The verbs that the API server supports for the kind, such as `list`. */
  verbs: readonly string[];
  /** The subresources of the kind, such as `status`. */
  subresources: readonly string[];
}

/**
 * The JSON document that aggregated discovery returns: an APIGroupDiscoveryList of the group
 * `apidiscovery.k8s.io` (KEP-3352).
 */
export interface DiscoveryDocument {
  /** The kind of the document, always `APIGroupDiscoveryList` in a valid response. */
  kind?: string;
  /** The API groups, in the order of the API server's priorities. */
  items?: GroupDiscovery[];
}

/** One API group in a {@link DiscoveryDocument}. */
export interface GroupDiscovery {
  /** The metadata of the API group. `name` is the name of the group, and is absent for the core group. */
  metadata?: { name?: string };
  /** The versions of the API group, the preferred version first. */
  versions?: {
    version: string;
    freshness?: string;
    resources?: {
      resource: string;
      responseKind?: Partial<GroupVersionKind>;
      scope?: string;
      singularResource?: string;
      shortNames?: string[];
      verbs?: string[];
      subresources?: { subresource: string }[];
    }[];
  }[];
}

/** An index of all kinds that were found by one fetch of discovery documents. */
export class KindIndex {
  /** The kinds in the API server's order. The keys are the results of `gvkKey`. */
  readonly byGvk: Map<string, DiscoveredKind> = new Map();
  /** The group versions, written `group/version`, of aggregated APIs that did not respond. */
  readonly stale: Set<string> = new Set();

  private constructor() {}

  /**
   * Indexes all kinds of the given API groups, and returns the index. A step of the generator adds one kind,
   * because an aggregated API may have many kinds.
   *
   * @param groups The API groups from the discovery documents at `/api` and `/apis`, in the API server's
   * order.
   */
  static *of(groups: readonly GroupDiscovery[]): Generator<void, KindIndex> {
    const index = new KindIndex();
    for (const group of groups) if (isObject(group)) yield* index.#addGroup(group);
    return index;
  }

  /**
   * Returns the kind with this group and name; undefined when the kind is not in the index. The index lists
   * the preferred version of a group first, so the result has the preferred version that serves the kind.
   */
  byGroupKind(wanted: { group: string; kind: string }): DiscoveredKind | undefined {
    return this.#first((k) => k.group === wanted.group && k.kind === wanted.kind);
  }

  /**
   * Looks up a kind by a name that a user typed: `deploy`, `deployments`, `Deployment`, `deployment.apps`
   * or `Deployment.v1.apps`.
   */
  byName(name: string): DiscoveredKind | undefined {
    const lower = name.toLowerCase();
    const dot = lower.indexOf(".");
    if (dot < 0) return this.#named(lower, () => true);
    const head = lower.slice(0, dot);
    const tail = lower.slice(dot + 1);
    return this.#named(head, (k) => k.group === tail) ??
      // The name of the core group is empty, so the full name of the kind Pod ends with a dot: `pods.v1.`.
      // Users may leave this dot out, so it is ignored in the comparison.
      this.#named(
        head,
        (k) => `${k.version}.${k.group}`.replace(/\.$/, "") === tail.replace(/\.$/, ""),
      );
  }

  #named(name: string, fits: (kind: DiscoveredKind) => boolean): DiscoveredKind | undefined {
    // Short names are tried last, so that a short name does not hide the plural of another kind.
    return this.#first((k) =>
      fits(k) && [k.plural, k.singular, k.kind.toLowerCase()].includes(name)
    ) ??
      this.#first((k) => fits(k) && k.shortNames.includes(name));
  }

  #first(fits: (kind: DiscoveredKind) => boolean): DiscoveredKind | undefined {
    for (const kind of this.byGvk.values()) if (fits(kind)) return kind;
    return undefined;
  }

  *#addGroup(discovered: GroupDiscovery): Generator<void> {
    const group = discovered.metadata?.name ?? "";
    for (const { version, freshness, resources } of objects(discovered.versions)) {
      if (freshness === "Stale") this.stale.add(`${group}/${version}`);
      for (const resource of objects(resources)) {
        // A resource without a kind cannot be read or listed, so the index leaves it out.
        const kind = resource.responseKind?.kind;
        if (!kind || typeof kind !== "string" || typeof resource.resource !== "string") continue;
        const found: DiscoveredKind = {
          group,
          version,
          kind,
          plural: resource.resource,
          namespaced: resource.scope === "Namespaced",
          singular: resource.singularResource || kind.toLowerCase(),
          shortNames: list(resource.shortNames),
          verbs: list(resource.verbs),
          subresources: objects(resource.subresources).map((s) => s.subresource),
        };
        const key = gvkKey(found);
        if (!this.byGvk.has(key)) this.byGvk.set(key, found);
        yield;
      }
    }
  }
}

/** Returns the value if it is a list; otherwise an empty list. A proxy may change the document. */
function list<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the elements of a list that are objects. */
function objects<T extends object>(value: readonly T[] | undefined): readonly T[] {
  return list(value).filter((element) => isObject(element));
}
