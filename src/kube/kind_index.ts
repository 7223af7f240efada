/** Looks up the kinds of a discovery document by their names. */
import { type GroupVersionKind, gvkKey, type KindRef } from "../api/mod.ts";

/** A kind in a discovery document. */
export interface DiscoveredKind extends KindRef {
  /** Singular name, lower case. */
  singular: string;
  /** Short names, such as `deploy`. */
  shortNames: readonly string[];
  /** Verbs that the server supports for it, such as `list`. */
  verbs: readonly string[];
  /** Subresources, such as `status`. */
  subresources: readonly string[];
}

/** An APIGroupDiscoveryList of `apidiscovery.k8s.io` (KEP-3352). */
export interface DiscoveryDocument {
  /** `APIGroupDiscoveryList`. */
  kind?: string;
  /** Groups, in the order of the server's priorities. */
  items?: GroupDiscovery[];
}

/** One group of a {@link DiscoveryDocument}. */
export interface GroupDiscovery {
  /** `name` is the group; absent for the core group. */
  metadata?: { name?: string };
  /** Preferred version first. */
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

/** All kinds of one load of discovery. */
export class KindIndex {
  /** By `gvkKey`, in the server's order. */
  readonly byGvk: Map<string, DiscoveredKind> = new Map();
  /** `group/version` of aggregated APIs that did not respond. */
  readonly stale: Set<string> = new Set();

  /**
   * Indexes all kinds of the groups.
   *
   * @param groups the groups of `/api` and `/apis`, in the server's order
   */
  constructor(groups: readonly GroupDiscovery[]) {
    for (const group of groups) this.#addGroup(group);
  }

  /** Returns the kind in its preferred version. */
  byGroupKind(wanted: { group: string; kind: string }): DiscoveredKind | undefined {
    return this.#first((k) => k.group === wanted.group && k.kind === wanted.kind);
  }

  /** Looks up `deploy`, `deployments`, `Deployment`, `deployment.apps` or `Deployment.v1.apps`. */
  byName(name: string): DiscoveredKind | undefined {
    const lower = name.toLowerCase();
    const dot = lower.indexOf(".");
    if (dot < 0) return this.#named(lower, () => true);
    const head = lower.slice(0, dot);
    const tail = lower.slice(dot + 1);
    return this.#named(head, (k) => k.group === tail) ??
      // The core group's name is empty: `pods.v1.`, which may be written `pods.v1`.
      this.#named(
        head,
        (k) => `${k.version}.${k.group}`.replace(/\.$/, "") === tail.replace(/\.$/, ""),
      );
  }

  #named(name: string, fits: (kind: DiscoveredKind) => boolean): DiscoveredKind | undefined {
    // Short names are tried last, so that a short name does not hide another kind's plural.
    return this.#first((k) =>
      fits(k) && [k.plural, k.singular, k.kind.toLowerCase()].includes(name)
    ) ??
      this.#first((k) => fits(k) && k.shortNames.includes(name));
  }

  #first(fits: (kind: DiscoveredKind) => boolean): DiscoveredKind | undefined {
    for (const kind of this.byGvk.values()) if (fits(kind)) return kind;
    return undefined;
  }

  #addGroup(discovered: GroupDiscovery): void {
    const group = discovered.metadata?.name ?? "";
    for (const { version, freshness, resources } of discovered.versions ?? []) {
      if (freshness === "Stale") this.stale.add(`${group}/${version}`);
      for (const resource of resources ?? []) {
        // A resource without a kind cannot be read or listed.
        const kind = resource.responseKind?.kind;
        if (!kind) continue;
        const found: DiscoveredKind = {
          group,
          version,
          kind,
          plural: resource.resource,
          namespaced: resource.scope === "Namespaced",
          singular: resource.singularResource || kind.toLowerCase(),
          shortNames: resource.shortNames ?? [],
          verbs: resource.verbs ?? [],
          subresources: (resource.subresources ?? []).map((s) => s.subresource),
        };
        const key = gvkKey(found);
        if (!this.byGvk.has(key)) this.byGvk.set(key, found);
      }
    }
  }
}
