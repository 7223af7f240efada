/** Stores the RGDs, GraphRevisions and CRDs of the graph controller, and decides which keys to requeue. */
import {
  FINALIZER,
  type KindRef,
  type KubeObject,
  Label,
  type ResourceGraphDefinition,
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
import { crdChanged, mayDefine, metadataChanged, rgdChanged } from "./predicates.ts";

/** One RGD and the result of its last publication. Only the store assigns the readonly fields. */
export interface GraphEntry {
  /** The newest known state of the RGD. */
  readonly rgd: ResourceGraphDefinition;
  /** The graph that reconciles the instances. */
  readonly served?: ServedGraph;
  /** Name of the CRD that it generates; undefined when its schema names no kind. */
  readonly crd?: string;
  /** The kinds that the last publication used or missed. Events of their CRDs requeue the RGD. */
  readonly kinds?: Pick<PublishResult, "uses" | "missing">;
  /** True after the first attempt to publish it, successful or not. */
  attempted: boolean;
  /** The failure that was logged last, so that an equal one is not logged again. */
  failure?: string;
}

/** A {@link GraphEntry} with writable fields, for the store itself. */
type StoredEntry = { -readonly [Field in keyof GraphEntry]: GraphEntry[Field] };

/**
 * Holds the RGDs, and the metadata of GraphRevisions and CRDs, from events and responses to writes, and
 * decides which keys to requeue. Sends no request. Ignores a state that is older than the known one.
 */
export class GraphStore {
  readonly #enqueue: (key: string) => void;
  readonly #onCrdChanged: (crd: string) => void;
  readonly #entries = new Map<string, StoredEntry>();
  /** Metadata of all CRDs of the cluster. */
  readonly #crds = new Map<string, KubeObject>();
  /** A logical clock: the number of changes of any CRD so far. */
  #crdClock = 0;
  /** By CRD: the clock at its last change, to find publications that began before it. */
  readonly #changedAt = new Map<string, number>();
  /** Revisions that are being deleted and still have kro's finalizer. */
  readonly #toRelease = new Map<string, KubeObject>();
  #synced = false;

  /**
   * Creates an empty store.
   *
   * @param enqueue Called with keys `rgd/<name>`, `crd/<name>` and `revision/<name>`.
   * @param onCrdChanged Called when a CRD changes, before its dependents are requeued.
   */
  constructor(
    enqueue: (key: string) => void,
    onCrdChanged: (crd: string) => void,
  ) {
    this.#enqueue = enqueue;
    this.#onCrdChanged = onCrdChanged;
  }

  /** All RGDs, sorted by name. */
  get entries(): GraphEntry[] {
    const names = [...this.#entries.keys()].sort();
    return names.map((name) => this.#entries.get(name)!);
  }

  /** The RGD of that name; undefined when it is not known. */
  entry(name: string): GraphEntry | undefined {
    return this.#entries.get(name);
  }

  /** Metadata of the CRD of that name; undefined when it is not known. */
  crd(name: string): KubeObject | undefined {
    return this.#crds.get(name);
  }

  /** The logical clock for {@link published}: the number of changes of any CRD so far. */
  get crdClock(): number {
    return this.#crdClock;
  }

  /** The revision of that name while kro has to remove its finalizer. */
  revisionToRelease(name: string): KubeObject | undefined {
    return this.#toRelease.get(name);
  }

  /** Called when all caches are synced: only then a CRD without an RGD is known to be an orphan. */
  synced(): void {
    this.#synced = true;
    for (const crd of this.#crds.values()) this.#enqueueOrphan(crd);
  }

  /** Requeues all keys, because a former leader may have stopped at any point. */
  enqueueAll(): void {
    for (const name of this.#entries.keys()) this.#enqueue(`rgd/${name}`);
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
   * Stores a state of an RGD from the response to a write, unless a newer one is known. Requeues the RGD if
   * its spec differs from `before`, the state that the caller worked on: the response may contain an edit by
   * another client, whose own event then shows no further difference.
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
   * Stores the result of publishing an RGD. `before` is the RGD when the publication began, and `since` the
   * {@link crdClock} at that time: if a CRD that the graph uses has changed since, the RGD is requeued.
   */
  published(
    entry: GraphEntry,
    before: ResourceGraphDefinition,
    result: PublishResult,
    since = this.#crdClock,
  ): void {
    const stored: StoredEntry = entry;
    stored.kinds = { uses: result.uses, missing: result.missing };
    stored.served = result.served;
    if (result.crd) this.#crdWritten(result.crd);
    this.rgdWritten(entry, before, result.rgd);
    if (this.#usesChangedCrd(entry, since)) this.#enqueue(`rgd/${before.metadata.name}`);
  }

  /** Handles a deleted RGD: its CRD may be an orphan now, and another RGD may take over the kind. */
  rgdGone(name: string): void {
    const crd = this.#entries.get(name)?.crd;
    this.#entries.delete(name);
    if (!crd) return;
    this.#enqueue(`crd/${crd}`);
    for (const [other, entry] of this.#entries) {
      if (entry.crd === crd) this.#enqueue(`rgd/${other}`);
    }
  }

  /** Requeues the RGDs that miss a kind of an aggregated API that became available. */
  apiAvailable({ group, version }: GroupVersion): void {
    for (const [name, { kinds }] of this.#entries) {
      const waits = kinds?.missing.some((k) => k.group === group && k.version === version);
      if (waits) this.#enqueue(`rgd/${name}`);
    }
  }

  /** Called when the last instance of a CRD is gone: requeues an RGD whose deletion waits for that. */
  instancesGone(crd: string): void {
    for (const [name, entry] of this.#entries) {
      const isLeaving = entry.rgd.metadata.deletionTimestamp !== undefined;
      if (isLeaving && entry.crd === crd) this.#enqueue(`rgd/${name}`);
    }
  }

  /** Handles an added or modified revision. Enqueues one that is being deleted for its release. */
  revisionSeen(object: KubeObject): void {
    const { name, deletionTimestamp, finalizers = [] } = object.metadata;
    if (!deletionTimestamp || !finalizers.includes(FINALIZER)) {
      this.#toRelease.delete(name!);
      return;
    }
    this.#toRelease.set(name!, object);
    this.#enqueue(`revision/${name}`);
  }

  /** Handles a deleted revision. Requeues its RGD only for the newest one: kro itself deletes older ones. */
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

  /** Stores the response to our own write of a CRD: requeues the users of the kind, but not the owner. */
  #crdWritten({ apiVersion, kind, metadata }: KubeObject): void {
    const before = this.#crds.get(metadata.name!);
    const after = newer(before, { apiVersion, kind, metadata });
    this.#crds.set(metadata.name!, after);
    this.#wakeUsers(metadata.name!, crdChanged(before, after));
  }

  /** Requeues RGDs that miss a kind of the CRD's group, or use the CRD if it `changed`. */
  #wakeUsers(crd: string, changed: boolean): void {
    if (changed) {
      this.#changedAt.set(crd, ++this.#crdClock);
      this.#onCrdChanged(crd);
    }
    for (const [name, { kinds }] of this.#entries) {
      if (!kinds) continue;
      const uses = changed && kinds.uses.some((used) => crdNameFor(used) === crd);
      if (uses || mayDefine(crd, kinds.missing)) {
        this.#enqueue(`rgd/${name}`);
      }
    }
  }

  /** Requeues RGDs that generate a CRD of this name, and the RGD that the CRD was generated for. */
  #wakeOwner(crd: KubeObject, name: string): void {
    for (const [graph, entry] of this.#entries) {
      if (entry.crd === name || generatedFor(graph, crd)) this.#enqueue(`rgd/${graph}`);
    }
  }

  /** True when a CRD that the graph uses or misses has changed since then. */
  #usesChangedCrd({ crd, kinds }: GraphEntry, since: number): boolean {
    const { uses, missing } = kinds!;
    for (const [name, at] of this.#changedAt) {
      if (at <= since || name === crd) continue;
      if (uses.some((kind) => crdNameFor(kind) === name) || mayDefine(name, missing)) return true;
    }
    return false;
  }

  #enqueueOrphan(crd: KubeObject): void {
    if (isOwned(crd) && !this.#ownerOf(crd)) this.#enqueue(`crd/${crd.metadata.name}`);
  }

  #ownerOf(crd: KubeObject): GraphEntry | undefined {
    return this.#entries.get(crd.metadata.labels?.[Label.rgdName] ?? "");
  }
}

function crdNameFor(kind: KindRef): string {
  return `${kind.plural}.${kind.group}`;
}

/** The RGD with the spec object of an earlier state of the same generation, to store equal specs once. */
function reusingSpec(
  before: ResourceGraphDefinition,
  after: ResourceGraphDefinition,
): ResourceGraphDefinition {
  const [{ uid, generation }, next] = [before.metadata, after.metadata];
  const same = generation !== undefined && generation === next.generation && uid === next.uid;
  return same && after.spec !== before.spec ? { ...after, spec: before.spec } : after;
}

/** The newer of two states by resourceVersion; a state with another uid counts as newer. */
function newer<T extends KubeObject>(old: T | undefined, object: T): T {
  if (!old || old.metadata.uid !== object.metadata.uid) return object;
  const order = compareRevisions(object.metadata.resourceVersion, old.metadata.resourceVersion);
  return order > 0 ? object : old;
}
