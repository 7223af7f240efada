/**
 * Stores the RGDs, GraphRevisions and CRDs of the cluster, and decides which keys must be requeued when one
 * of these objects changes.
 */
import {
  FINALIZER,
  type GroupVersionKind,
  gvkKey,
  type KubeObject,
  Label,
  type ResourceGraphDefinition,
  servedKind,
} from "../../api/mod.ts";
import { revisionName } from "../../graph/mod.ts";
import { compareRevisions } from "../../kube/mod.ts";
import {
  crdNameOf,
  generatedFor,
  isOwned,
  type PublishResult,
  type ServedGraph,
} from "../../publish/mod.ts";
import type { GroupVersion } from "./api_services.ts";
import { CrdChanges, crdNameFor } from "./crd_changes.ts";
import { crdChanged, mayDefine, metadataChanged, rgdChanged } from "./predicates.ts";

/** One RGD and the result of its last publication. Only the store may assign the readonly fields. */
export interface GraphEntry {
  /** The newest known state of the RGD. */
  readonly rgd: ResourceGraphDefinition;
  /** The graph by which the instances of the RGD are reconciled; undefined when no graph serves the kind. */
  readonly served?: ServedGraph;
  /** The name of the CRD that the RGD generates; undefined when the schema of the RGD names no kind. */
  readonly crd?: string;
  /**
   * The kinds that the last publication used, and the kinds that it needed but did not find. The RGD is
   * requeued when the CRD of one of these kinds changes.
   */
  readonly kinds?: Pick<PublishResult, "uses" | "missing">;
  /** Whether publishing the RGD has been attempted, with or without success. */
  attempted: boolean;
  /** The failure that was logged last, so that an equal failure is not logged again. */
  failure?: string;
}

/** A {@link GraphEntry} whose fields the store itself can assign. */
type StoredEntry = { -readonly [Field in keyof GraphEntry]: GraphEntry[Field] };

/**
 * Stores the RGDs, and the metadata of all GraphRevisions and CRDs. Objects come from watch events and from
 * the responses to kro's own writes; a state that is older than the stored state is ignored. The store
 * decides which keys must be requeued, but sends no request.
 */
export class GraphStore {
  readonly #enqueue: (key: string) => void;
  readonly #onCrdChanged: (crd: string, exists: boolean) => void;
  readonly #entries = new Map<string, StoredEntry>();
  /** The metadata of all CRDs of the cluster. The keys are the names of the CRDs. */
  readonly #crds = new Map<string, KubeObject>();
  /** The changes of CRDs, which show whether a CRD changed after the publication of an RGD had begun. */
  readonly crdChanges = new CrdChanges();
  /**
   * The revisions that are being deleted and still have kro's finalizer. The keys are the names of the
   * revisions.
   */
  readonly #toRelease = new Map<string, KubeObject>();
  #synced = false;

  /**
   * Creates an empty store.
   *
   * @param enqueue Called with each key to requeue: `rgd/<name>`, `crd/<name>` or `revision/<name>`.
   * @param onCrdChanged Called with the name of a CRD that has changed, before the RGDs that use the CRD are
   * requeued. The second argument is false if the CRD was deleted.
   */
  constructor(
    enqueue: (key: string) => void,
    onCrdChanged: (crd: string, exists: boolean) => void,
  ) {
    this.#enqueue = enqueue;
    this.#onCrdChanged = onCrdChanged;
  }

  /** All RGDs, sorted by name. */
  get entries(): GraphEntry[] {
    const names = [...this.#entries.keys()].sort();
    return names.map((name) => this.#entries.get(name)!);
  }

  /** Returns the RGD with this name; undefined when the RGD is not known. */
  entry(name: string): GraphEntry | undefined {
    return this.#entries.get(name);
  }

  /** Returns the RGD that defines a kind; undefined when no RGD defines the kind. */
  definedBy(kind: GroupVersionKind): ResourceGraphDefinition | undefined {
    const key = gvkKey(kind);
    for (const { rgd } of this.#entries.values()) {
      const served = servedKind(rgd);
      if (served && gvkKey(served) === key) return rgd;
    }
    return undefined;
  }

  /** Returns the metadata of the CRD with this name; undefined when the CRD is not known. */
  crd(name: string): KubeObject | undefined {
    return this.#crds.get(name);
  }

  /**
   * Returns the revision with this name if it is being deleted and still has kro's finalizer; undefined
   * otherwise.
   */
  revisionToRelease(name: string): KubeObject | undefined {
    return this.#toRelease.get(name);
  }

  /**
   * Requeues the CRDs that have no RGD. Called when the caches of RGDs and CRDs are synced, because a CRD
   * counts as an orphan only when all RGDs are known.
   */
  synced(): void {
    this.#synced = true;
    for (const crd of this.#crds.values()) this.#enqueueOrphan(crd);
  }

  /**
   * Requeues all keys. Called when this process becomes the leader, because the previous leader may have
   * stopped before it finished its work. Drops the graphs that this process served when it was the leader
   * before, because the previous leader may have served newer ones.
   */
  enqueueAll(): void {
    for (const [name, entry] of this.#entries) {
      entry.served = undefined;
      this.#enqueue(`rgd/${name}`);
    }
    for (const name of this.#toRelease.keys()) this.#enqueue(`revision/${name}`);
    if (this.#synced) this.synced();
  }

  /** Handles an added or modified RGD. */
  rgdSeen(object: KubeObject): void {
    const name = object.metadata.name!;
    const entry = this.#entries.get(name);
    const rgd = object as ResourceGraphDefinition;
    if (!entry || entry.rgd.metadata.uid !== rgd.metadata.uid) {
      this.#entries.set(name, { rgd, crd: crdNameOf(rgd), attempted: false });
      this.#enqueue(`rgd/${name}`);
      return;
    }
    this.rgdWritten(entry, entry.rgd, rgd);
  }

  /**
   * Stores the state of an RGD from the response to a write, unless a newer state is known. Requeues the RGD
   * if its spec differs from the spec before the write, because the response may contain an edit by another
   * client. The watch event of that edit cannot requeue the RGD, because the edited state is already stored.
   *
   * @param before The state of the RGD that the caller worked on.
   * @param written The state of the RGD in the response to the write.
   */
  rgdWritten(
    entry: GraphEntry,
    before: ResourceGraphDefinition,
    written: ResourceGraphDefinition,
  ): void {
    const stored: StoredEntry = entry;
    stored.rgd = reusingSpec(before, newer(entry.rgd, written));
    if (rgdChanged(before, stored.rgd)) this.#enqueue(`rgd/${before.metadata.name}`);
  }

  /**
   * Stores the graph by which the instances of an RGD are reconciled from now on. Called before the publication
   * ends, because a later write of the publication may fail.
   */
  serving(entry: GraphEntry, served: ServedGraph): void {
    const stored: StoredEntry = entry;
    stored.served = served;
  }

  /**
   * Stores the result of publishing an RGD. Requeues the RGD if a CRD that its graph uses has changed since
   * the publication began.
   *
   * @param before The state of the RGD when the publication began.
   * @param since The value of the clock of {@link crdChanges} when the publication began.
   */
  published(
    entry: GraphEntry,
    before: ResourceGraphDefinition,
    result: PublishResult,
    since = this.crdChanges.clock,
  ): void {
    const stored: StoredEntry = entry;
    stored.kinds = { uses: result.uses, missing: result.missing };
    stored.served = result.served;
    if (result.crd) this.#crdWritten(result.crd);
    this.rgdWritten(entry, before, result.rgd);
    if (this.#usesChangedCrd(entry, since)) this.#enqueue(`rgd/${before.metadata.name}`);
  }

  /**
   * Handles a deleted RGD. Requeues the CRD of the RGD, because the CRD may have become an orphan. Also
   * requeues all other RGDs that define the same kind, because one of them may take over the CRD.
   */
  rgdGone(name: string): void {
    const crd = this.#entries.get(name)?.crd;
    this.#entries.delete(name);
    if (!crd) return;
    this.#enqueue(`crd/${crd}`);
    for (const [other, entry] of this.#entries) {
      if (entry.crd === crd) this.#enqueue(`rgd/${other}`);
    }
  }

  /** Requeues the RGDs that need a kind of an aggregated API that has just become available. */
  apiAvailable({ group, version }: GroupVersion): void {
    for (const [name, { kinds }] of this.#entries) {
      const waits = kinds?.missing.some((k) => k.group === group && k.version === version);
      if (waits) this.#enqueue(`rgd/${name}`);
    }
  }

  /**
   * Requeues the RGD whose deletion waits for its instances. Called when the last instance of the CRD is
   * gone.
   */
  instancesGone(crd: string): void {
    for (const [name, entry] of this.#entries) {
      const isLeaving = entry.rgd.metadata.deletionTimestamp !== undefined;
      if (isLeaving && entry.crd === crd) this.#enqueue(`rgd/${name}`);
    }
  }

  /**
   * Handles an added or modified revision. A revision that is being deleted is enqueued, so that kro removes
   * its finalizer.
   */
  revisionSeen(object: KubeObject): void {
    const { name, deletionTimestamp, finalizers = [] } = object.metadata;
    if (!deletionTimestamp || !finalizers.includes(FINALIZER)) {
      this.#toRelease.delete(name!);
      return;
    }
    this.#toRelease.set(name!, object);
    this.#enqueue(`revision/${name}`);
  }

  /**
   * Handles a deleted revision. The RGD is requeued only if its newest revision was deleted, because kro
   * itself deletes old revisions.
   */
  revisionGone(object: KubeObject): void {
    const name = object.metadata.name!;
    this.#toRelease.delete(name);
    for (const { rgd } of this.#entries.values()) {
      const newest = revisionName(rgd.metadata.name!, rgd.status?.lastIssuedRevision ?? 0);
      if (newest === name) this.#enqueue(`rgd/${rgd.metadata.name}`);
    }
  }

  /** Handles an added or modified CRD. */
  crdSeen(object: KubeObject): void {
    const name = object.metadata.name!;
    const before = this.#crds.get(name);
    const after = newer(before, object);
    const changed = crdChanged(before, after);
    this.#crds.set(name, after);
    this.#wakeUsers(name, changed);
    if (before && (changed || metadataChanged(before, after))) this.#wakeOwner(before, name);
    if (!before && this.#synced) this.#enqueueOrphan(object);
  }

  /** Handles a deleted CRD. */
  crdGone(name: string): void {
    const before = this.#crds.get(name);
    this.#crds.delete(name);
    this.#wakeUsers(name, true);
    if (!before) return;
    this.#wakeOwner(before, name);
    if (!this.#ownerOf(before)) this.#enqueue(`crd/${name}`);
  }

  /**
   * Stores the response to kro's own write of a CRD. Requeues the RGDs that use the kind, but not the RGD
   * that generates the CRD.
   */
  #crdWritten({ apiVersion, kind, metadata }: KubeObject): void {
    const before = this.#crds.get(metadata.name!);
    const after = newer(before, { apiVersion, kind, metadata });
    this.#crds.set(metadata.name!, after);
    this.#wakeUsers(metadata.name!, crdChanged(before, after));
  }

  /**
   * Requeues the RGDs that wait for a kind in the group of the CRD, because the CRD may define this kind. If
   * the CRD has changed, also requeues the RGDs that use the kind of the CRD.
   */
  #wakeUsers(crd: string, changed: boolean): void {
    if (changed) {
      this.crdChanges.add(crd);
      this.#onCrdChanged(crd, this.#crds.has(crd));
    }
    for (const [name, { kinds }] of this.#entries) {
      if (!kinds) continue;
      const uses = changed && kinds.uses.some((used) => crdNameFor(used) === crd);
      if (uses || mayDefine(crd, kinds.missing)) {
        this.#enqueue(`rgd/${name}`);
      }
    }
  }

  /** Requeues the RGDs that generate a CRD with this name, and the RGD that the CRD was generated for. */
  #wakeOwner(crd: KubeObject, name: string): void {
    for (const [graph, entry] of this.#entries) {
      if (entry.crd === name || generatedFor(graph, crd)) this.#enqueue(`rgd/${graph}`);
    }
  }

  /**
   * Returns true when a CRD that defines a used kind, or may define a missing kind, has changed since the
   * logical clock had the value `since`. Also returns true when more CRDs have changed than the store
   * remembers.
   */
  #usesChangedCrd({ crd, kinds }: GraphEntry, since: number): boolean {
    const changed = this.crdChanges.since(since);
    if (!changed) return true;
    const { uses, missing } = kinds!;
    return changed.some((name) =>
      name !== crd &&
      (uses.some((kind) => crdNameFor(kind) === name) || mayDefine(name, missing))
    );
  }

  #enqueueOrphan(crd: KubeObject): void {
    if (isOwned(crd) && !this.#ownerOf(crd)) this.#enqueue(`crd/${crd.metadata.name}`);
  }

  #ownerOf(crd: KubeObject): GraphEntry | undefined {
    return this.#entries.get(crd.metadata.labels?.[Label.rgdName] ?? "");
  }
}

/**
 * Returns the new state of an RGD. If the generation is unchanged, the spec is unchanged too: the result then
 * contains the spec object of the earlier state, so that the spec is stored only once.
 */
function reusingSpec(
  before: ResourceGraphDefinition,
  after: ResourceGraphDefinition,
): ResourceGraphDefinition {
  const [{ uid, generation }, next] = [before.metadata, after.metadata];
  const same = generation !== undefined && generation === next.generation && uid === next.uid;
  return same && after.spec !== before.spec ? { ...after, spec: before.spec } : after;
}

/** Returns the state with the higher resourceVersion. A state with another UID always counts as newer. */
function newer<T extends KubeObject>(old: T | undefined, object: T): T {
  if (!old || old.metadata.uid !== object.metadata.uid) return object;
  const order = compareRevisions(object.metadata.resourceVersion, old.metadata.resourceVersion);
  return order > 0 ? object : old;
}
